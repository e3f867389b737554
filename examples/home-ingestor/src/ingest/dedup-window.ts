/** What tells an event from all others. */
export interface EventKey {
  readonly device: string;
  readonly boot: number;
  readonly sequence: number;
}

/** What is kept of one start of a device. */
export interface SeenState {
  readonly device: string;
  readonly boot: number;
  /** All up to this number count as seen. */
  readonly floor: number;
  /** Seen beyond the floor, ascending. */
  readonly above: readonly number[];
}

/** Bounds of a {@link DedupWindow}. */
export interface DedupWindowOptions {
  /** Numbers beyond a gap that are kept for each start of a device. Beyond, the gap is given up. Default 4,096. */
  readonly span?: number;
  /** Starts of devices that are kept; the one heard of least lately is forgotten. Default 10,000. */
  readonly devices?: number;
}

/**
 * Copies of one event that wait with it. Those beyond come again by themselves: every new connection brings all that were not
 * acknowledged, and most that wait came by connections that are gone.
 */
const MAX_COPIES = 8;

interface Seen {
  floor: number;
  readonly above: Set<number>;
}

/**
 * Knows which events were written, and which are on their way. Of each start of a device it keeps one number, up to which
 * all were seen, and those beyond the first gap: devices count, so there are few.
 *
 * An event that comes again while its first copy is on its way must not be acknowledged before that is on disk; so it waits
 * with it.
 */
export class DedupWindow {
  readonly #span: number;
  readonly #maxDevices: number;
  readonly #seen = new Map<string, Seen>();
  readonly #pending = new Map<string, (() => void)[]>();
  #forgotten = 0;
  #givenUp = 0;

  constructor({ span = 4_096, devices = 10_000 }: DedupWindowOptions = {}) {
    this.#span = span;
    this.#maxDevices = devices;
  }

  /** Starts of devices that were forgotten for others. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Numbers that were taken for seen, because too many came after them. */
  get givenUp(): number {
    return this.#givenUp;
  }

  /** Events on their way. */
  get pending(): number {
    return this.#pending.size;
  }

  isWritten({ device, boot, sequence }: EventKey): boolean {
    const seen = this.#seen.get(seriesOf(device, boot));
    return seen !== undefined && (sequence <= seen.floor || seen.above.has(sequence));
  }

  /**
   * Takes an event in: `new` is to be written, and then to be told to `commit`. `acknowledge` is called at once for one that
   * was written, and else when it is.
   */
  take(key: EventKey, acknowledge: () => void): 'new' | 'pending' | 'written' {
    if (this.isWritten(key)) {
      acknowledge();
      return 'written';
    }
    const name = nameOf(key);
    const waiting = this.#pending.get(name);
    if (waiting === undefined) {
      this.#pending.set(name, [acknowledge]);
      return 'new';
    }
    if (waiting.length === MAX_COPIES) waiting.shift();
    waiting.push(acknowledge);
    return 'pending';
  }

  /** The event is on disk: all its copies are acknowledged. */
  commit(key: EventKey): void {
    this.#mark(key);
    const name = nameOf(key);
    const waiting = this.#pending.get(name) ?? [];
    this.#pending.delete(name);
    for (const acknowledge of waiting) acknowledge();
  }

  /** What has been written, to go on from after a restart. */
  state(): SeenState[] {
    return [...this.#seen].map(([series, { floor, above }]) => {
      const at = series.lastIndexOf('/');
      return {
        device: series.slice(0, at),
        boot: Number(series.slice(at + 1)),
        floor,
        above: [...above].sort((a, b) => a - b),
      };
    });
  }

  /** Goes on from what another window knew. */
  restore(states: readonly SeenState[]): void {
    for (const { device, boot, floor, above } of states) {
      this.#seen.set(seriesOf(device, boot), { floor, above: new Set(above) });
    }
  }

  #mark({ device, boot, sequence }: EventKey): void {
    const series = seriesOf(device, boot);
    const seen = this.#seen.get(series) ?? { floor: 0, above: new Set() };
    // The one heard of last stands last.
    this.#seen.delete(series);
    this.#seen.set(series, seen);
    if (this.#seen.size > this.#maxDevices) {
      this.#seen.delete(this.#seen.keys().next().value as string);
      this.#forgotten++;
    }
    if (sequence <= seen.floor) return;
    seen.above.add(sequence);
    this.#raise(seen);
    if (seen.above.size <= this.#span) return;
    // What is missing will hardly come any more; what comes again still must be known.
    const least = Math.min(...seen.above);
    this.#givenUp += least - seen.floor - 1;
    seen.floor = least - 1;
    this.#raise(seen);
  }

  #raise(seen: Seen): void {
    while (seen.above.delete(seen.floor + 1)) seen.floor++;
  }
}

function seriesOf(device: string, boot: number): string {
  return `${device}/${boot}`;
}

function nameOf({ device, boot, sequence }: EventKey): string {
  return `${device}/${boot}/${sequence}`;
}
