import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { instrumentPerformance } from '@org/instrument';
import { StoreError } from './errors.ts';
import type { FileFacts } from './facts.ts';

/** Writes facts as NDJSON, one line per file, not faster than the disk takes them. */
export class Store {
  readonly #path: string;
  readonly #stream: WriteStream;
  #failure: Error | undefined;
  #drained: Promise<void> | undefined;

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
    this.#path = path;
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** Appends one line; resolves when there is room for the next. Throws {@link StoreError}. */
  @instrumentPerformance('pipeline.store')
  async append(facts: FileFacts): Promise<void> {
    this.#check();
    if (this.#stream.write(`${JSON.stringify(facts)}\n`)) return;
    this.#drained ??= this.#drain();
    await this.#drained;
    this.#check();
  }

  /** Writes what is buffered and closes the file. Never throws: what failed was thrown by `append`. */
  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream).catch(() => undefined);
  }

  /** Resolves when the buffer is empty, or will never be. */
  #drain(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done).off('close', done);
        this.#drained = undefined;
        resolve();
      };
      this.#stream.on('drain', done).on('close', done);
    });
  }

  #check(): void {
    if (this.#failure) throw new StoreError(this.#path, this.#failure.message, { cause: this.#failure });
  }
}
