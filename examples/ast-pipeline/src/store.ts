import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { audited, instrumentPerformance } from '@org/instrument';
import { StoreError } from './errors.ts';
import type { FileFacts } from './facts.ts';
import { INGEST, localFile } from './trail.ts';

/** Writes facts as NDJSON, one line per file, a batch of files at a time. */
export class Store {
  /** Where they go. */
  readonly path: string;
  readonly #stream: WriteStream;
  #failure: Error | undefined;

  /** Empties the file, or makes it with its directories. Throws {@link StoreError}. */
  static async open(path: string): Promise<Store> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const stream = createWriteStream(path);
      await new Promise<void>((resolve, reject) =>
        stream.once('open', () => resolve()).once('error', reject),
      );
      return new Store(path, stream);
    } catch (error) {
      throw new StoreError(path, String(error), { cause: error });
    }
  }

  /** Use {@link Store.open}. `stream` is open. */
  constructor(path: string, stream: WriteStream) {
    this.path = path;
    this.#stream = stream;
    // Who writes is told; without a listener it would end the process.
    stream.on('error', () => undefined);
  }

  /**
   * Appends a line for each file; resolves when the operating system has them. That it begins is on record before a byte
   * is written: which files, by which bytes, so that no line is ever there without its origin. Throws {@link StoreError}.
   */
  @audited<Store['append']>(INGEST, {
    inputs: ([batch]) => batch.map(({ path, bytes, digest }) => localFile(path, { bytes, digest })),
    after: ({ args: [batch], self, outcome }) =>
      outcome === 'success' ? { outputs: [localFile(self.path, { rows: batch.length })] } : undefined,
  })
  @instrumentPerformance('pipeline.store')
  async append(batch: readonly FileFacts[]): Promise<void> {
    const lines = batch.map((facts) => `${JSON.stringify(facts)}\n`).join('');
    await new Promise<void>((resolve, reject) =>
      this.#stream.write(lines, (error) => {
        if (error) reject(this.#failed(error));
        else resolve();
      }),
    );
  }

  /** Closes the file. Never throws: what failed was thrown by `append`. */
  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream).catch(() => undefined);
  }

  /** Once a write has failed, all do, by saying that the stream is destroyed: the first reason is the one that helps. */
  #failed(error: Error): StoreError {
    this.#failure ??= error;
    return new StoreError(this.path, this.#failure.message, { cause: this.#failure });
  }
}
