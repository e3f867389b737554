import { workingDirectory } from './configuration/working-directory.ts';
import { installModuleHooks, isLoaderThread } from './module-hooks.ts';

/**
 * `import '@org/instrument/hooks'` before `init({ instrumentations })`: lets instrumentations that are made in code patch the ES
 * modules that are loaded afterwards, in this thread. `@org/instrument/register` does so by itself.
 */
if (!isLoaderThread) installModuleHooks([], workingDirectory() ?? '/');
