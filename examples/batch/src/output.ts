import { once } from 'node:events';
import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { UsageError } from '@org/instrument-example-terminal';

const MANIFEST = 'manifest.ndjson';

/** Where a run puts its results. */
export interface Output {
  /** Directory of the compressed files, by their digests. */
  readonly objects: string;
  /** A line of JSON per file. */
  readonly manifest: Lines;
  /** A line of JSON per event of the executions. */
  readonly events: Lines;
  close(): Promise<void>;
}

/** A file of lines of JSON. */
export interface Lines {
  readonly path: string;
  /** Writes a line; resolves when there is room for the next. */
  write(value: unknown): Promise<void>;
}

/**
 * Opens the output of a run; what an earlier one left there is removed. Rejects when it cannot be opened, with
 * {@link UsageError} when the objects there are not those of a run: they may be anybody's.
 */
export async function openOutput(directory: string): Promise<Output> {
  const objects = join(directory, 'objects');
  if (existsSync(objects) && !existsSync(join(directory, MANIFEST))) {
    throw new UsageError(`--out ${directory} has a directory 'objects' that is of no run; choose another`);
  }
  await rm(objects, { recursive: true, force: true });
  await mkdir(objects, { recursive: true });
  const streams: WriteStream[] = [];
  const open = async (name: string): Promise<Lines> => {
    const path = join(directory, name);
    const stream = createWriteStream(path);
    streams.push(stream);
    await once(stream, 'open');
    // Heard, so that it does not end the process; whoever writes next is told.
    let failure: { readonly error: unknown } | undefined;
    stream.on('error', (error) => {
      failure ??= { error };
    });
    return {
      path,
      async write(value) {
        if (failure !== undefined) throw failure.error;
        if (!stream.write(`${JSON.stringify(value)}\n`)) await once(stream, 'drain');
      },
    };
  };
  return {
    objects,
    manifest: await open(MANIFEST),
    events: await open('events.ndjson'),
    async close() {
      for (const stream of streams) stream.end();
      await Promise.all(streams.map((stream) => finished(stream)));
    },
  };
}
