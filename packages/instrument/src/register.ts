import { isMainThread } from 'node:worker_threads';
import { tell } from '@org/instrument-core';
import { workingDirectory } from './configuration/working-directory.ts';
import { init, instrumentationPackages } from './init.ts';
import { installModuleHooks, isLoaderThread } from './module-hooks.ts';
import { isFileOf, isNamedBy, preloadedModules } from './preload.ts';

/**
 * `node --import @org/instrument/register app.js`: everything from configuration alone, before the application loads.
 */
const SPECIFIER = '@org/instrument/register';

// Worker threads preload this too. They record for themselves, but the port of /metrics is the main thread's.
const directory = workingDirectory() ?? '/';
if (!isLoaderThread) {
  init(isMainThread ? {} : { prometheus: false, health: false });
  installModuleHooks(instrumentationPackages(), directory);
}
const preloaded = preloadedModules(process.execArgv, process.env.NODE_OPTIONS);
if (!isNamedBy(preloaded, SPECIFIER, directory) && !isFileOf(preloaded, import.meta.url, directory)) {
  tell(
    'warn',
    `${SPECIFIER} was loaded too late: modules that were imported before it are not instrumented. Start the ` +
      `application with: node --import ${SPECIFIER} app.js`,
  );
}
