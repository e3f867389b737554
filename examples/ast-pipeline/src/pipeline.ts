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
import { recordFailed, recordStored } from './trail.ts';

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

/** Discover → read → parse → extract → store, over the files of a directory. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #tally: Tally;
  readonly #read: Read;
  readonly #parse = new Parse();
  readonly #extract = new Extract();

  /** `tally` is added to, file by file. */
  constructor(options: PipelineOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
    this.#read = new Read(options.maxBytes);
  }

  /**
   * Goes through the directory once. After `signal` no file is begun; those under way are finished. Throws
   * {@link StoreError} when the output cannot be opened; no single file makes it throw.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { directory, output, concurrency = 8, limit } = this.#options;
    const store = await Store.open(output);
    try {
      const found = new Discover(directory, limit).files();
      const worker = async (): Promise<void> => {
        for await (const file of found) {
          if (signal.aborted) return;
          await this.#settle(file, store);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
    } finally {
      await store.close();
    }
  }

  /** Takes one file through all stages after discovery. Throws what the stage threw. */
  @instrumentPerformance('pipeline.file')
  async file(path: string, store: Store): Promise<FileFacts> {
    const source = await this.#read.read(path);
    const facts = this.#extract.extract(source, this.#parse.parse(source));
    await store.append(facts);
    return facts;
  }

  async #settle(found: Found, store: Store): Promise<void> {
    try {
      if (found.error) throw found.error;
      const facts = await this.file(found.path, store);
      tallySuccess(this.#tally, facts);
      recordStored(facts, this.#options.output);
      files.add(1, { outcome: 'ok' });
      bytes.add(facts.bytes);
    } catch (error) {
      tallyFailure(this.#tally, error);
      recordFailed(found.path, error);
      files.add(1, { outcome: errorClass(error) });
    }
  }
}
