import { builtinModules, isBuiltin, register } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort } from 'node:worker_threads';
import { processWide, requireFrom, tell } from '@org/instrument-core';
import { type Instrumentation, patchedModules } from '@org/instrument-otel';
import { isEsModule, type Manifest, nearestManifest } from './manifest.ts';
import { isNamedBy, preloadedFiles, preloadedModules } from './preload.ts';

/** Whether this is the thread that Node.js loads modules in, which `-r` reaches too: a thread without a port, in which no application runs. */
export const isLoaderThread: boolean = !isMainThread && parentPort === null;

/** Are patched without hooks: with both, a request would be two spans. As the hooks want them; those that need `node:` nothing patches. */
const BUILTINS = builtinModules.filter((name) => !name.startsWith('node:'));

/** What puts such hooks on the loader otherwise: a flag of Node.js, or a file that registers them. */
const OTHER_HOOKS = ['@opentelemetry/instrumentation/hook.mjs', 'import-in-the-middle'];

const hooks = processWide('module-hooks', (): { areInstalled: boolean; problem: string | undefined } => ({
  areInstalled: false,
  problem: undefined,
}));

/**
 * Lets instrumentations patch ES modules that are loaded from now on; once for each thread. The package that does it is a
 * dependency of the instrumentations, which under a strict layout of `node_modules` only they can find. So it is looked for beside
 * those that the application declares, and beside `packages`: from the working directory, from the file that Node.js was started with,
 * and from those that were loaded before it.
 */
export function installModuleHooks(packages: readonly string[], directory: string): void {
  if (hooks.areInstalled) return;
  const manifests = manifestsOfApplication(directory);
  const places = manifests.flatMap(({ path, content }) => [
    path,
    ...[...packages, ...declaredInstrumentations(content)].flatMap((name) => entryOf(name, path)),
  ]);
  for (const place of [...places, import.meta.url]) {
    if (entryOf('@opentelemetry/instrumentation', place).length === 0) continue;
    const url = place === import.meta.url ? place : pathToFileURL(place);
    register('@opentelemetry/instrumentation/hook.mjs', url, { data: { exclude: BUILTINS } });
    hooks.areInstalled = true;
    return;
  }
  const searched = manifests.map(({ path }) => path);
  hooks.problem =
    `No @opentelemetry/instrumentation was found beside the instrumentations of ${searched.join(', ') || directory}, so ` +
    'packages that ES modules import are not patched. Install it: npm install @opentelemetry/instrumentation';
}

/** Says so where instrumentations patch packages, in an application of ES modules, and nothing lets them. */
export function warnWithoutHooks(instrumentations: readonly Instrumentation[], directory: string): void {
  if (hooks.areInstalled || instrumentations.flatMap(patchedModules).every(isBuiltin)) return;
  if (hooks.problem !== undefined) {
    tell('warn', hooks.problem);
    return;
  }
  const [, main] = process.argv;
  if (main === undefined || !isEsModule(main)) return;
  const loaded = [...preloadedModules(process.execArgv, process.env.NODE_OPTIONS), main];
  if (OTHER_HOOKS.some((specifier) => isNamedBy(loaded, specifier, directory))) return;
  tell(
    'warn',
    'Packages that ES modules import are not patched by the instrumentations given to init(). Start the application with: node --import ' +
      "./telemetry.js app.js, where telemetry.js begins with import '@org/instrument/hooks' and calls init().",
  );
}

function manifestsOfApplication(directory: string): Manifest[] {
  const [, main] = process.argv;
  const preloaded = preloadedFiles(process.execArgv, process.env.NODE_OPTIONS, directory);
  const places = [directory, ...[...(main === undefined ? [] : [main]), ...preloaded].map(dirname)];
  const found = places.flatMap((place) => nearestManifest(place) ?? []);
  return [...new Map(found.map((manifest) => [manifest.path, manifest])).values()];
}

/** Packages of instrumentations that an application declares, by their usual names. */
function declaredInstrumentations({ dependencies, devDependencies }: Manifest['content']): string[] {
  return Object.keys({ ...Object(dependencies), ...Object(devDependencies) }).filter((name) =>
    /instrumentation|\/otel$/.test(name),
  );
}

function entryOf(name: string, from: string): string[] {
  try {
    return [requireFrom(from).resolve(name)];
  } catch {
    return [];
  }
}
