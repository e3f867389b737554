import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { compress, ENCODING } from './codec.ts';
import type { Outcome, Task } from './task.ts';

/** Larger files would not fit in the memory of many threads at once. */
const MAX_BYTES = 64 * 1_024 * 1_024;

/**
 * Hashes a file, compresses it, and keeps it under its digest. All of it is synchronous: the thread has nothing else to do.
 * Piscina calls what a module exports by default.
 */
export default function work({ path, objects }: Task): Outcome {
  const { size } = statSync(path);
  // A class of the language: others become `Error` on their way from one thread to another.
  if (size > MAX_BYTES) throw new RangeError(`${path} has ${size} bytes, more than ${MAX_BYTES}`);
  const content = readFileSync(path);
  const digest = createHash('sha256').update(content).digest('hex');
  const compressed = compress(content);
  const object = join(digest.slice(0, 2), `${digest.slice(2)}.${ENCODING}`);
  keep(join(objects, object), compressed);
  return {
    path,
    bytes: content.length,
    compressedBytes: compressed.length,
    digest,
    encoding: ENCODING,
    object,
  };
}

/** Under its name the content is whole, whatever other threads write at the same time. */
function keep(path: string, compressed: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}-${threadId}`;
  writeFileSync(draft, compressed);
  renameSync(draft, path);
}
