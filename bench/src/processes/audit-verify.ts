import { createHash, hash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { verifyJournal } from '@org/instrument-audit/verify';

/**
 * Who goes through a journal: our verification; a SHA-256 of each line, which is the least that a chain of hashes takes;
 * one of the files, which is the least that reading them takes; and our verification, stopped for garbage to be collected.
 */
export type Verifier = 'ours' | 'lines' | 'bytes' | 'heap';

/** What it took. */
export interface Verified {
  readonly millis: number;
  /** Bytes of the journal. */
  readonly bytes: number;
  /** Most that was in use after a garbage collection, all of the process; 0 where nobody looked. */
  readonly heapBytes: number;
}

const [name, directory] = process.argv.slice(2) as [Verifier, string];
const paths = readdirSync(join(directory, 'segments'))
  .sort()
  .map((file) => join(directory, 'segments', file));
const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
let most = 0;

const begun = performance.now();
if (name === 'lines') await hashLines();
else if (name === 'bytes') await hashBytes();
else await verify(name === 'heap' ? look : undefined);
const millis = performance.now() - begun;
process.on('disconnect', () => process.exit());
process.send?.({ millis, bytes, heapBytes: most } satisfies Verified);

async function verify(onProgress: (() => void) | undefined): Promise<void> {
  const { ok, failures } = await verifyJournal(directory, { onProgress });
  if (!ok) throw new Error(`The journal does not verify: ${failures[0]?.message}`);
}

function look(): void {
  // The first leaves buffers to be freed beside it, the second waits for that.
  global.gc?.();
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  most = Math.max(most, heapUsed + external);
}

async function hashLines(): Promise<void> {
  for (const path of paths) {
    for await (const line of createInterface({ input: createReadStream(path) }))
      hash('sha256', line, 'base64');
  }
}

async function hashBytes(): Promise<void> {
  for (const path of paths) {
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(path)) sum.update(chunk as Buffer);
    sum.digest();
  }
}
