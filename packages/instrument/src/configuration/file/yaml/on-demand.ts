import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** The parser, 25 ms to load: a process without a file does not pay for it. `#yaml` in Node.js itself (decision 025). */
export const loadYaml = (): typeof Yaml => createRequire(import.meta.url)('yaml');
