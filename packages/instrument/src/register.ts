import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { init } from './init.ts';
import { isPreloaded, preloadedModules } from './preload.ts';

/**
 * `node --import @org/instrument/register app.js`: everything from configuration alone, before the application loads.
 */
const SPECIFIER = '@org/instrument/register';

// Worker threads, and the one that Node loads modules in, preload this too. They record for themselves, but the port of
// /metrics is the main thread's, and so are the hooks.
if (isMainThread) registerHooks();
init(isMainThread ? {} : { prometheus: false });
const preloaded = preloadedModules(process.execArgv, process.env.NODE_OPTIONS);
if (!isPreloaded(import.meta.url, preloaded, SPECIFIER, process.cwd())) {
  diag.warn(
    `${SPECIFIER} was loaded too late: modules that were imported before it are not instrumented. Start the ` +
      `application with: node --import ${SPECIFIER} app.js`,
  );
}

/** Lets instrumentations patch ES modules, where the application has the package that does it. */
function registerHooks(): void {
  const application = pathToFileURL(join(process.cwd(), 'package.json')).href;
  try {
    createRequire(application).resolve('@opentelemetry/instrumentation');
  } catch {
    // No instrumentation is installed, so there is nothing to patch.
    return;
  }
  register('@opentelemetry/instrumentation/hook.mjs', application);
}
