import { isMainThread } from 'node:worker_threads';
import { workingDirectory } from './configuration/working-directory.ts';
import { declaredInstrumentations, installModuleHooks } from './module-hooks.ts';

/**
 * `import '@org/instrument/hooks'` before `init({ instrumentations })`: lets instrumentations that are made in code patch the ES
 * modules that are loaded afterwards. `@org/instrument/register` does so by itself.
 */
// Those of the main thread hold for its workers.
if (isMainThread) {
  const directory = workingDirectory() ?? '/';
  installModuleHooks(declaredInstrumentations(directory), directory, true);
}
