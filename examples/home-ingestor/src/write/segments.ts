import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const SEGMENT = /^events-(\d{8})\.ndjson$/;

/** File of a segment. */
export function segmentPath(directory: string, segment: number): string {
  return join(directory, `events-${String(segment).padStart(8, '0')}.ndjson`);
}

/** Numbers of the segments that are there, ascending. */
export async function segmentsOf(directory: string): Promise<number[]> {
  return (await readdir(directory))
    .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Calls `each` with every whole line of a file. Returns the length of the whole lines in bytes: what stands behind is torn, as
 * the program that wrote it was killed.
 */
export async function readLines(path: string, each: (line: string) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let whole = 0;
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      each(bytes.toString('utf8', from, end));
      from = end + 1;
    }
    whole += from;
    rest = bytes.subarray(from);
  }
  return whole;
}

const NEWLINE = 0x0a;

/** Writes a small file whole: who reads it finds what it was, or what it is, and nothing between. */
export async function writeAtomically(directory: string, name: string, text: string): Promise<void> {
  const draft = join(directory, `${name}.draft`);
  const file = await open(draft, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(directory, name));
  await syncDirectory(directory);
}

/** The JSON of a small file; `undefined` when it is not there, or is none. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Brings the names of new files to disk. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories, and needs no such thing.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
