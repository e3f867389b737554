import { InstrumentError, missingPackage, type Problem } from '@org/instrument-core';
import type { OtelOptions, OtlpSignalOptions } from '../options.ts';
import { otlpTarget } from '../otlp.ts';
import { GRPC_PACKAGE, loadGrpc } from './load-grpc.ts';

/**
 * What is missing for the OTLP transports that the options ask for: one problem for each option that says `grpc`, when
 * {@link loadGrpc} fails. Nothing is loaded when nothing goes over gRPC.
 */
export function missingOtlpPackages(options: OtelOptions): Problem[] {
  const paths = new Set<string>();
  for (const signal of ['metrics', 'traces'] as const) {
    if (options[signal] === false || otlpTarget(options.otlp, signal)?.protocol !== 'grpc') continue;
    paths.add(`otlp.${isSaidFor(options, signal) ? `${signal}.` : ''}protocol`);
  }
  if (paths.size === 0) return [];
  try {
    loadGrpc();
    return [];
  } catch (error) {
    return [...paths].map((path) => missingPackage({ name: GRPC_PACKAGE, path, asked: 'grpc' }, error));
  }
}

/**
 * Makes sure that the OTLP transports that the options ask for can be loaded.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function requireOtlpPackages(options: OtelOptions): void {
  const problems = missingOtlpPackages(options);
  if (problems.length === 0) return;
  throw new InstrumentError('INSTRUMENT_DEPENDENCY_MISSING', 'Packages cannot be loaded', problems);
}

function isSaidFor({ otlp }: OtelOptions, signal: 'metrics' | 'traces'): boolean {
  const own = typeof otlp === 'object' ? (otlp[signal] as OtlpSignalOptions | undefined) : undefined;
  return own?.protocol !== undefined;
}
