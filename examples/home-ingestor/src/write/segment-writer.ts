import type { Disk, OpenFile } from './disk.ts';
import { segmentPath, syncDirectory } from './segments.ts';

/** Where a writer goes on. */
export interface WriterStart {
  readonly segment: number;
  /** Length of what is whole in it, in bytes. */
  readonly length: number;
}

/** Options of a {@link SegmentWriter}. */
export interface SegmentWriterOptions {
  readonly directory: string;
  readonly disk: Disk;
  readonly start: WriterStart;
  /** A segment that has so many bytes is finished with the batch that reached it. */
  readonly maxBytes: number;
  /** Called when a segment is finished, before the next one is begun. */
  readonly onFinished: (segment: number) => Promise<void>;
}

/**
 * Appends batches to files, each on disk before it returns. A batch that fails leaves nothing: what it had written is cut off
 * before the next attempt.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #segment: number;
  #length: number;
  #file: OpenFile | undefined;
  #isTorn = true;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#segment = options.start.segment;
    this.#length = options.start.length;
  }

  get segment(): number {
    return this.#segment;
  }

  /** @throws the error of the file system; nothing of the batch counts then. */
  async append(bytes: Uint8Array): Promise<void> {
    const file = await this.#open();
    if (this.#isTorn) await file.truncate(this.#length);
    this.#isTorn = true;
    await file.write(bytes, this.#length);
    await file.sync();
    this.#isTorn = false;
    this.#length += bytes.length;
  }

  /**
   * Goes on with the next segment when this one is full. Apart from `append`, so that what is on disk is known to all before.
   *
   * @throws the error of the file system; may be called again.
   */
  async rotate(): Promise<void> {
    const { maxBytes, onFinished } = this.#options;
    if (this.#length < maxBytes) return;
    await onFinished(this.#segment);
    const file = this.#file;
    this.#file = undefined;
    this.#segment++;
    this.#length = 0;
    await file?.close();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    if (this.#isTorn) await file.truncate(this.#length);
    await file.close();
  }

  async #open(): Promise<OpenFile> {
    const { directory, disk } = this.#options;
    if (this.#file === undefined) {
      this.#file = await disk.open(segmentPath(directory, this.#segment));
      this.#isTorn = true;
      await syncDirectory(directory);
    }
    return this.#file;
  }
}
