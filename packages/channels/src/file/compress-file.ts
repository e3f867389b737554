import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { READ_AT_ONCE } from '@org/instrument-core/directory';

/** Ending of compressed files. */
export const GZIP = '.gz';
/** Ending of what is being compressed. */
const DRAFT = '.gz.draft';
/** A draft that nobody has written to for so long was left behind by a process that died. */
const STALE_MILLIS = 60_000;

/**
 * Replaces a file with its compressed form. A process that had it open may be writing a last line: what came behind the part that
 * was read is added as a further member (RFC 1952, 2.2); what comes after the file was removed, its writer sees by itself.
 * Does nothing while another process compresses it, nor with what is no regular file.
 *
 * @throws the error of the file system; the file is as it was then.
 */
export async function compressFile(path: string): Promise<void> {
  const draft = `${path}${DRAFT}`;
  const output = await open(draft, 'wx', 0o600).catch(taken);
  if (output === undefined) return;
  try {
    // Behind the draft: who had it before may have compressed and removed the file by now.
    const source = await openFile(path);
    if (source === undefined) await rm(draft, { force: true });
    else await replace(source, output, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await output.close();
  }
}

/** The file to read; `undefined` when it is gone, or no regular one. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const handle = await open(path, READ_AT_ONCE).catch(absent);
  if (handle === undefined || (await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

async function replace(source: FileHandle, output: FileHandle, path: string): Promise<void> {
  try {
    const { size } = await source.stat();
    const bytes =
      size === 0
        ? [Buffer.alloc(0)]
        : createReadStream('', { fd: source.fd, start: 0, end: size - 1, autoClose: false });
    // By their numbers: a handle whose stream does not close it cannot be closed any more.
    await pipeline(bytes, createGzip(), createWriteStream('', { fd: output.fd, autoClose: false }));
    await output.sync();
    await rename(`${path}${DRAFT}`, `${path}${GZIP}`);
    await rm(path, { force: true });
    await addRest(source, size, output);
  } finally {
    await source.close();
  }
}

async function addRest(source: FileHandle, from: number, output: FileHandle): Promise<void> {
  const { size } = await source.stat();
  if (size <= from) return;
  const rest = Buffer.alloc(size - from);
  const { bytesRead } = await source.read(rest, 0, rest.length, from);
  await output.writeFile(gzipSync(rest.subarray(0, bytesRead)));
}

/** Removes drafts of files beside `path` that were left behind. */
export async function removeDrafts(path: string): Promise<void> {
  const directory = dirname(path);
  const names = (await readdir(directory)).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith(DRAFT),
  );
  for (const name of names) {
    const draft = join(directory, name);
    const stats = await stat(draft).catch(absent);
    if (stats !== undefined && Date.now() - stats.mtimeMs > STALE_MILLIS) await rm(draft, { force: true });
  }
}

function taken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
