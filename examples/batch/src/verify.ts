import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decompress } from './worker/codec.ts';
import type { Outcome } from './worker/task.ts';

/** Files of the sample. */
const SAMPLE = 200;

/** What came of checking a manifest. */
export interface Verification {
  /** Lines of the manifest. */
  readonly lines: number;
  /** Objects that were decompressed and hashed again. */
  readonly checked: number;
  /** Paths whose object is not what the manifest says. */
  readonly wrong: readonly string[];
}

/** Reads the manifest again, and checks a sample of it, spread evenly: decompressed, an object has the digest and the size. */
export async function verify(manifest: string, objects: string): Promise<Verification> {
  const outcomes: Outcome[] = [];
  for await (const line of createInterface({ input: createReadStream(manifest) })) {
    outcomes.push(JSON.parse(line) as Outcome);
  }
  const step = Math.max(1, Math.floor(outcomes.length / SAMPLE));
  const sample = outcomes.filter((_, i) => i % step === 0);
  const wrong: string[] = [];
  for (const outcome of sample) if (!(await isRight(outcome, objects))) wrong.push(outcome.path);
  return { lines: outcomes.length, checked: sample.length, wrong };
}

async function isRight({ object, encoding, bytes, digest }: Outcome, objects: string): Promise<boolean> {
  try {
    const content = decompress(await readFile(join(objects, object)), encoding);
    return content.length === bytes && createHash('sha256').update(content).digest('hex') === digest;
  } catch {
    return false;
  }
}
