import type {
  BatchObservableCallback,
  BatchObservableResult,
  Observable,
  ObservableCallback,
  ObservableResult,
} from '@opentelemetry/api';
import { tell } from '../fault/tell.ts';
import { within } from '../timeout.ts';
import { Answers, commit } from './answers.ts';
import type { Observations } from './observations.ts';
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

interface CallbackEntry {
  readonly callback: ObservableCallback;
  readonly instrument: ObservableInstrument;
  readonly answers: Answers;
}

interface BatchEntry {
  readonly callback: BatchObservableCallback;
  readonly instruments: ReadonlySet<ObservableInstrument>;
  readonly answers: Answers;
}

/** The callbacks of a meter. */
export class ObservableRegistry {
  readonly #entries: CallbackEntry[] = [];
  readonly #batches: BatchEntry[] = [];

  add(callback: ObservableCallback, instrument: ObservableInstrument): void {
    if (this.#entries.some((entry) => entry.callback === callback && entry.instrument === instrument)) return;
    this.#entries.push({ callback, instrument, answers: new Answers([instrument.storage]) });
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
      const answers = new Answers([...instruments].map(({ storage }) => storage));
      this.#batches.push({ callback, instruments, answers });
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
      this.#questions().map(async ({ name, ask, end }) => {
        try {
          await observed(ask(), timeoutMillis, name);
          end();
        } catch (error) {
          errors.push(error);
        }
      }),
    );
    this.#commit();
    return errors;
  }

  /**
   * As `observe`, at once. Returns whether that was all: what asynchronous callbacks observe is there only later.
   */
  observeNow(): boolean {
    let isAll = true;
    for (const { ask, end } of this.#questions()) {
      try {
        const answer = ask();
        // A failure is reported by the next collection of a reader.
        if (isThenable(answer)) {
          isAll = false;
          Promise.resolve(answer)
            .then(() => {
              end();
              this.#commit();
            })
            .catch(ignore);
        } else end();
      } catch {
        // The next collection of a reader reports it.
      }
    }
    this.#commit();
    return isAll;
  }

  #questions(): Question[] {
    return [...this.#entries.map(questionOf), ...this.#batches.map(batchQuestionOf)];
  }

  #commit(): void {
    const callbacks = [...this.#entries, ...this.#batches];
    commit(
      callbacks.map(({ answers }) => answers),
      Date.now(),
    );
  }

  #findBatch(callback: BatchObservableCallback, instruments: ReadonlySet<ObservableInstrument>): number {
    return this.#batches.findIndex(
      (batch) =>
        batch.callback === callback &&
        batch.instruments.size === instruments.size &&
        [...instruments].every((instrument) => batch.instruments.has(instrument)),
    );
  }
}

/** One callback to ask, and what to call once it has ended well. */
interface Question {
  readonly name: string;
  ask(): void | Promise<void>;
  end(): void;
}

function questionOf({ callback, instrument, answers }: CallbackEntry): Question {
  const { observations, end } = answers.open();
  const result: ObservableResult = {
    observe: (value, attributes) => observations[0]?.add(value, attributes),
  };
  return { name: instrument.storage.descriptor.name, ask: () => callback(result), end };
}

function batchQuestionOf({ callback, instruments, answers }: BatchEntry): Question {
  const { observations, end } = answers.open();
  const byInstrument = new Map<Observable, Observations | undefined>(
    [...instruments].map((instrument, i) => [instrument, observations[i]]),
  );
  const result: BatchObservableResult = {
    observe: (instrument, value, attributes) => byInstrument.get(instrument)?.add(value, attributes),
  };
  return { name: 'a batch callback', ask: () => callback(result), end };
}

function ignore(): void {}

/** Query builders and promises of other realms are waited for too. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

async function observed(
  work: void | Promise<void>,
  timeoutMillis: number | undefined,
  name: string,
): Promise<void> {
  if (timeoutMillis === undefined || !isThenable(work)) {
    await work;
    return;
  }
  await within<void>(work, timeoutMillis, () => {
    throw new Error(`Observing ${name} took longer than ${timeoutMillis} ms`);
  });
}
