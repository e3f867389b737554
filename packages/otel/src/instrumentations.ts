import { isBuiltin, syncBuiltinESMExports } from 'node:module';
import { trace } from '@opentelemetry/api';
import { type MeterProvider, reportFault, requireFrom } from '@org/instrument-core';
import type { Instrumentation } from './options.ts';

/** Hands our providers to the instrumentations and enables them. Returns the function that disables them. */
export function enableInstrumentations(
  given: readonly (Instrumentation | Instrumentation[])[],
  provider: MeterProvider,
): () => void {
  const instrumentations = given.flat();
  const each = (what: string, work: (instrumentation: Instrumentation) => void): void => {
    for (const instrumentation of instrumentations) {
      try {
        work(instrumentation);
      } catch (error) {
        reportFault(instrumentation.instrumentationName, what, error);
      }
    }
  };
  each('enabling the instrumentation', (instrumentation) => {
    instrumentation.setTracerProvider(trace.getTracerProvider());
    instrumentation.setMeterProvider(provider);
    instrumentation.enable();
  });
  each('patching modules of Node.js', patchBuiltins);
  return () => each('disabling the instrumentation', (instrumentation) => instrumentation.disable());
}

/**
 * Names of the modules that an instrumentation patches, as `InstrumentationBase` of `@opentelemetry/instrumentation` keeps what
 * `init()` returns; some patch none, and listen to what Node.js tells.
 */
export function patchedModules(instrumentation: Instrumentation): string[] {
  const { _modules: modules } = instrumentation as { _modules?: unknown };
  return Array.isArray(modules) ? modules.map(({ name }: { name: string }) => name) : [];
}

/**
 * Modules of Node.js are patched when they are required, in place; then ES modules are given what is there, those too that have
 * imported them already. That needs no hooks on the loader.
 */
function patchBuiltins(instrumentation: Instrumentation): void {
  const builtins = patchedModules(instrumentation).filter(isBuiltin);
  if (builtins.length === 0) return;
  const require = requireFrom(process.execPath);
  for (const name of builtins) require(name);
  syncBuiltinESMExports();
}
