import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');
/** What can be used again by the next run: installed projects and Node binaries, under names made of their content. */
export const CACHE = join(ROOT, 'node_modules', '.cache', 'instrument-packed');
/** Applications and sources that are copied into the projects. */
export const FIXTURES = join(import.meta.dirname, '..', 'fixtures');
