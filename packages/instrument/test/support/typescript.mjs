// Preloaded by child processes of tests (`node --import`), so that they run the sources: Node 20 runs no TypeScript.
import { register } from 'node:module';

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url);
