import { instrumentPerformance } from '@org/instrument';
import { Discover, type Found } from './discover.ts';
import { errorClass } from './errors.ts';
import { Extract } from './extract.ts';
import type { FileFacts } from './facts.ts';
import { bytes, files } from './instruments.ts';
import { Parse } from './parse.ts';
import { Read } from './read.ts';
import { Store } from './store.ts';
import { type Tally, tallyFailure, tallySuccess } from './tally.ts';
import { recordFailed } from './trail.ts';

/** Options of a {@link Pipeline}. */
export interface PipelineOptions {
  /** Directory to go through. */
  directory: string;
  /** NDJSON file; each run begins it anew. */
  output: string;
  /**
   * Files under way at once. Default 8: parsing has one thread, and twice as many reads as Node.js has I/O threads
   * keep it fed.
   */
  concurrency?: number;
  /** Files and failures per run. Default: all. */
  limit?: number | undefined;
  /** Largest file, in bytes. Default 2 MiB. */
  maxBytes?: number | undefined;
}

/** Files that are stored with one write, and are one entry of the journal: some 100 kB of facts. */
export const BATCH_FILES = 100;

/** Discover → read → parse → extract, file by file, and store, a batch of them at a time, over the files of a directory. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #tally: Tally;
  readonly #read: Read;
  readonly #parse = new Parse();
  readonly #extract = new Extract();

  /** `tally` is added to: failures as they come, what was taken in once it is stored. */
  constructor(options: PipelineOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
    this.#read = new Read(options.maxBytes);
  }

  /**
   * Goes through the directory once. After `signal` no file is begun; those under way are finished, and stored. Throws
   * {@link StoreError} when the output cannot be opened; no single file makes it throw.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { directory, output, concurrency = 8, limit } = this.#options;
    const store = await Store.open(output);
    try {
      const found = new Discover(directory, limit).files();
      let batch: FileFacts[] = [];
      const worker = async (): Promise<void> => {
        for await (const file of found) {
          if (signal.aborted) return;
          const facts = await this.#takeIn(file);
          if (facts === undefined || batch.push(facts) < BATCH_FILES) continue;
          const full = batch;
          batch = [];
          await this.#store(full, store);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
      if (batch.length > 0) await this.#store(batch, store);
    } finally {
      await store.close();
    }
  }

  /** Takes one file through the stages between discovery and store. Throws what the stage threw. */
  @instrumentPerformance('pipeline.file')
  async file(path: string): Promise<FileFacts> {
    const source = await this.#read.read(path);
    return this.#extract.extract(source, this.#parse.parse(source));
  }

  /** The facts of a file, or `undefined` when it failed. */
  async #takeIn(found: Found): Promise<FileFacts | undefined> {
    try {
      if (found.error) throw found.error;
      return await this.file(found.path);
    } catch (error) {
      recordFailed(found.path, error);
      this.#countFailures(1, error);
      return undefined;
    }
  }

  async #store(batch: readonly FileFacts[], store: Store): Promise<void> {
    try {
      await store.append(batch);
    } catch (error) {
      this.#countFailures(batch.length, error);
      return;
    }
    for (const facts of batch) tallySuccess(this.#tally, facts);
    files.add(batch.length, { outcome: 'ok' });
    bytes.add(batch.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  #countFailures(count: number, error: unknown): void {
    for (let i = 0; i < count; i++) tallyFailure(this.#tally, error);
    files.add(count, { outcome: errorClass(error) });
  }
}
