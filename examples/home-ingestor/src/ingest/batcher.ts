/** Options of a {@link Batcher}. */
export interface BatcherOptions<T> {
  /** Most items of a batch; as soon as so many wait, they are written. */
  readonly size: number;
  /** Longest time in milliseconds that an item waits for others to join it. */
  readonly delayMillis: number;
  /** Most items that wait, those being written among them. */
  readonly capacity: number;
  /** Writes a batch; the next one waits for it. Throwing ends the batcher. */
  readonly write: (batch: readonly T[]) => Promise<void>;
  /** Told of each change of what waits. */
  readonly onDepth?: (depth: number) => void;
}

/**
 * Collects items, and writes them in batches, one after the other. It never sheds: who puts something in when it is full
 * waits for room, and so holds up where it comes from.
 */
export class Batcher<T> {
  readonly #options: BatcherOptions<T>;
  readonly #waiting: T[] = [];
  #writing = 0;
  #timer: NodeJS.Timeout | undefined;
  #room: (() => void)[] = [];
  #run: Promise<void> | undefined;
  #failure: unknown;
  #stalls = 0;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
  }

  /** What waits, and what is being written. */
  get depth(): number {
    return this.#waiting.length + this.#writing;
  }

  /** How often somebody had to wait for room. */
  get stalls(): number {
    return this.#stalls;
  }

  /** Puts an item in. What is returned resolves when there is room for another. */
  push(item: T): Promise<void> | undefined {
    const { size, delayMillis, capacity } = this.#options;
    this.#waiting.push(item);
    this.#told();
    if (this.#waiting.length >= size) this.#start();
    else if (this.#run === undefined) this.#timer ??= setTimeout(() => this.#start(), delayMillis);
    if (this.depth < capacity) return undefined;
    this.#stalls++;
    return new Promise((resolve) => this.#room.push(resolve));
  }

  /** Writes all that waits. Rejects when that cannot be. */
  async flush(): Promise<void> {
    while (this.depth > 0 && this.#failure === undefined) {
      this.#start();
      await this.#run;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#failure !== undefined) return;
    this.#run ??= this.#writeAll().finally(() => {
      this.#run = undefined;
      // What came meanwhile and is no full batch gets its time.
      if (this.#waiting.length > 0 && this.#failure === undefined) {
        this.#timer ??= setTimeout(() => this.#start(), this.#options.delayMillis);
      }
    });
  }

  async #writeAll(): Promise<void> {
    const { size, write } = this.#options;
    do {
      const batch = this.#waiting.splice(0, size);
      this.#writing = batch.length;
      try {
        await write(batch);
      } catch (error) {
        this.#failure = error;
        return;
      } finally {
        this.#writing = 0;
        this.#told();
      }
      this.#makeRoom();
    } while (this.#waiting.length >= size);
  }

  #makeRoom(): void {
    if (this.depth >= this.#options.capacity) return;
    const waiting = this.#room;
    this.#room = [];
    for (const resolve of waiting) resolve();
  }

  #told(): void {
    this.#options.onDepth?.(this.depth);
  }
}
