import type {
  BatchObservableCallback,
  BatchObservableResult,
  Observable,
  ObservableCallback,
  ObservableResult,
} from '@opentelemetry/api';
import { tell } from '../fault/tell.ts';
import { Observations } from './observations.ts';
import type { Storage } from './storage.ts';

/** An asynchronous instrument: its callbacks are asked at every collection. */
export class ObservableInstrument implements Observable {
  readonly storage: Storage;
  readonly #registry: ObservableRegistry;

  constructor(storage: Storage, registry: ObservableRegistry) {
    this.storage = storage;
    this.#registry = registry;
  }

  addCallback(callback: ObservableCallback): void {
    this.#registry.add(callback, this);
  }

  removeCallback(callback: ObservableCallback): void {
    this.#registry.remove(callback, this);
  }
}

/**
 * How often a callback was asked. Readers ask independently, so an answer may come after that to a later question: it is
 * out of date then, and a counter would seem to fall.
 */
class Turns {
  #asked = 0;
  #answered = 0;

  /** A question is asked. Returns what tells, once, whether its answer still counts. */
  next(): () => boolean {
    const turn = ++this.#asked;
    return () => {
      if (turn < this.#answered) return false;
      this.#answered = turn;
      return true;
    };
  }
}

interface CallbackEntry {
  readonly callback: ObservableCallback;
  readonly instrument: ObservableInstrument;
  readonly turns: Turns;
}

interface BatchEntry {
  readonly callback: BatchObservableCallback;
  readonly instruments: ReadonlySet<Observable>;
  readonly turns: Turns;
}

/** The callbacks of a meter. */
export class ObservableRegistry {
  readonly #entries: CallbackEntry[] = [];
  readonly #batches: BatchEntry[] = [];

  add(callback: ObservableCallback, instrument: ObservableInstrument): void {
    if (this.#entries.some((entry) => entry.callback === callback && entry.instrument === instrument)) return;
    this.#entries.push({ callback, instrument, turns: new Turns() });
  }

  remove(callback: ObservableCallback, instrument: ObservableInstrument): void {
    const i = this.#entries.findIndex(
      (entry) => entry.callback === callback && entry.instrument === instrument,
    );
    if (i >= 0) this.#entries.splice(i, 1);
  }

  addBatch(callback: BatchObservableCallback, observables: readonly Observable[]): void {
    const instruments = new Set(
      observables.filter((observable) => observable instanceof ObservableInstrument),
    );
    if (instruments.size === 0) {
      tell(
        'error',
        'A batch observable callback was given no instrument of this meter provider; it will not be called.',
      );
      return;
    }
    if (this.#findBatch(callback, instruments) < 0) {
      this.#batches.push({ callback, instruments, turns: new Turns() });
    }
  }

  removeBatch(callback: BatchObservableCallback, observables: readonly Observable[]): void {
    const instruments = new Set(
      observables.filter((observable) => observable instanceof ObservableInstrument),
    );
    const i = this.#findBatch(callback, instruments);
    if (i >= 0) this.#batches.splice(i, 1);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#batches.length === 0;
  }

  /** Asks every callback; returns what they threw. What a failed or late callback observed is left out. */
  async observe(timeoutMillis: number | undefined): Promise<unknown[]> {
    const errors: unknown[] = [];
    await Promise.all(
      this.#questions().map(async ({ name, ask, commit }) => {
        try {
          await within(ask(), timeoutMillis, name);
          commit();
        } catch (error) {
          errors.push(error);
        }
      }),
    );
    return errors;
  }

  /**
   * As `observe`, at once. Returns whether that was all: what asynchronous callbacks observe is there only later.
   */
  observeNow(): boolean {
    let isAll = true;
    for (const { ask, commit } of this.#questions()) {
      try {
        const answer = ask();
        // A failure is reported by the next collection of a reader.
        if (isThenable(answer)) {
          isAll = false;
          Promise.resolve(answer).then(commit).catch(ignore);
        } else commit();
      } catch {
        // The next collection of a reader reports it.
      }
    }
    return isAll;
  }

  #questions(): Question[] {
    return [...this.#entries.map(questionOf), ...this.#batches.map(batchQuestionOf)];
  }

  #findBatch(callback: BatchObservableCallback, instruments: ReadonlySet<Observable>): number {
    return this.#batches.findIndex(
      (batch) =>
        batch.callback === callback &&
        batch.instruments.size === instruments.size &&
        [...instruments].every((instrument) => batch.instruments.has(instrument)),
    );
  }
}

/** One callback to ask, and what to do once it has ended well: nothing if a later question was answered before. */
interface Question {
  readonly name: string;
  ask(): void | Promise<void>;
  commit(): void;
}

function questionOf({ callback, instrument, turns }: CallbackEntry): Question {
  const isCurrent = turns.next();
  const observations = new Observations(instrument.storage);
  const result: ObservableResult = { observe: (value, attributes) => observations.add(value, attributes) };
  return {
    name: instrument.storage.descriptor.name,
    ask: () => callback(result),
    commit: () => {
      if (isCurrent()) observations.commit(Date.now());
    },
  };
}

function batchQuestionOf({ callback, instruments, turns }: BatchEntry): Question {
  const isCurrent = turns.next();
  const byInstrument = new Map<Observable, Observations>();
  for (const instrument of instruments) {
    byInstrument.set(instrument, new Observations((instrument as ObservableInstrument).storage));
  }
  const result: BatchObservableResult = {
    observe: (instrument, value, attributes) => byInstrument.get(instrument)?.add(value, attributes),
  };
  return {
    name: 'a batch callback',
    ask: () => callback(result),
    commit: () => {
      if (!isCurrent()) return;
      const nowMillis = Date.now();
      for (const observations of byInstrument.values()) observations.commit(nowMillis);
    },
  };
}

function ignore(): void {}

/** Query builders and promises of other realms are waited for too. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

async function within(
  work: void | Promise<void>,
  timeoutMillis: number | undefined,
  name: string,
): Promise<void> {
  if (timeoutMillis === undefined || !isThenable(work)) {
    await work;
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Observing ${name} took longer than ${timeoutMillis} ms`)),
      timeoutMillis,
    ).unref();
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
