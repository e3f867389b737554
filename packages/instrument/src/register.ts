import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { tell } from '@org/instrument-core';
import { init, instrumentationPackages } from './init.ts';
import { isPreloaded, preloadedModules } from './preload.ts';

/**
 * `node --import @org/instrument/register app.js`: everything from configuration alone, before the application loads.
 */
const SPECIFIER = '@org/instrument/register';

// Worker threads, and the one that Node loads modules in, preload this too. They record for themselves, but the port of
// /metrics is the main thread's, and so are the hooks.
init(isMainThread ? {} : { prometheus: false, health: false });
if (isMainThread) registerHooks(instrumentationPackages());
const preloaded = preloadedModules(process.execArgv, process.env.NODE_OPTIONS);
if (!isPreloaded(import.meta.url, preloaded, SPECIFIER, process.cwd())) {
  tell(
    'warn',
    `${SPECIFIER} was loaded too late: modules that were imported before it are not instrumented. Start the ` +
      `application with: node --import ${SPECIFIER} app.js`,
  );
}

/**
 * Lets instrumentations patch ES modules. The package that does it is a dependency of theirs, which under a strict
 * layout of `node_modules` only they can find.
 */
function registerHooks(packages: readonly string[]): void {
  const application = join(process.cwd(), 'package.json');
  const require = createRequire(application);
  const places = [application, ...packages.map((name) => require.resolve(name))];
  for (const place of places) {
    try {
      createRequire(place).resolve('@opentelemetry/instrumentation');
    } catch {
      continue;
    }
    register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(place));
    return;
  }
  if (packages.length === 0) return;
  tell(
    'warn',
    'No @opentelemetry/instrumentation was found beside the instrumentations that are configured, so ES modules are ' +
      'not patched. Install it: npm install @opentelemetry/instrumentation',
  );
}
