import { readFileSync, realpathSync } from 'node:fs';
import { builtinModules, createRequire, isBuiltin, register } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { processWide, tell } from '@org/instrument-core';
import { type Instrumentation, patchedModules } from '@org/instrument-otel';
import { isPreloaded, preloadedModules } from './preload.ts';

/** Are patched without hooks: with both, a request would be two spans. As the hooks want them; those that need `node:` nothing patches. */
const BUILTINS = builtinModules.filter((name) => !name.startsWith('node:'));

const installed = processWide('module-hooks', (): { current: boolean } => ({ current: false }));

/**
 * Lets instrumentations patch ES modules that are loaded from now on; once for the process. The package that does it is a
 * dependency of the instrumentations, which under a strict layout of `node_modules` only they can find.
 *
 * @param mustBeFound says so when it is not.
 */
export function installModuleHooks(
  packages: readonly string[],
  directory: string,
  mustBeFound: boolean,
): void {
  if (installed.current) return;
  const application = join(directory, 'package.json');
  for (const place of [application, ...packages.flatMap((name) => entryOf(name, application))]) {
    try {
      createRequire(place).resolve('@opentelemetry/instrumentation');
    } catch {
      continue;
    }
    register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(place), {
      data: { exclude: BUILTINS },
    });
    installed.current = true;
    return;
  }
  if (!mustBeFound) return;
  tell(
    'warn',
    `No @opentelemetry/instrumentation was found beside the instrumentations of ${application}, so ES modules are not ` +
      'patched. Install it: npm install @opentelemetry/instrumentation',
  );
}

/** What puts such hooks on the loader otherwise: a flag of Node.js, or a file that registers them. */
const OTHER_HOOKS = ['@opentelemetry/instrumentation/hook.mjs', 'import-in-the-middle'];

/** Says so where instrumentations patch packages, in an application of ES modules, and nothing lets them. */
export function warnWithoutHooks(instrumentations: readonly Instrumentation[], directory: string): void {
  const [, main] = process.argv;
  // The hooks of the main thread hold for its workers.
  if (installed.current || !isMainThread || main === undefined || !isEsModule(main)) return;
  if (instrumentations.flatMap(patchedModules).every(isBuiltin)) return;
  const loaded = [...preloadedModules(process.execArgv, process.env.NODE_OPTIONS), main];
  if (OTHER_HOOKS.some((hooks) => isPreloaded('', loaded, hooks, directory))) return;
  tell(
    'warn',
    'Packages that ES modules import are not patched by the instrumentations given to init(). Start the application with: node --import ' +
      "./telemetry.js app.js, where telemetry.js begins with import '@org/instrument/hooks' and calls init().",
  );
}

/** How Node.js takes a file that it is started with (Node.js documentation, "Determining module system"). */
function isEsModule(file: string): boolean {
  const path = realPath(file);
  const extension = extname(path);
  if (extension !== '.js' && extension !== '.ts') return /^\.m[jt]s$/.test(extension);
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
      return Object(manifest).type === 'module';
    } catch {
      if (directory === dirname(directory)) return false;
    }
  }
}

/** Packages of instrumentations that an application declares, by their usual names. */
export function declaredInstrumentations(directory: string): string[] {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const { dependencies, devDependencies } = Object(manifest) as Record<string, unknown>;
    return Object.keys({ ...Object(dependencies), ...Object(devDependencies) }).filter((name) =>
      /instrumentation|\/otel$/.test(name),
    );
  } catch {
    return [];
  }
}

function entryOf(name: string, from: string): string[] {
  try {
    return [createRequire(from).resolve(name)];
  } catch {
    return [];
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
