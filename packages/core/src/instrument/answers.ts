import type { Stream } from '../stream/stream.ts';
import { Observations } from './observations.ts';
import { type Contribution, observe } from './observed-values.ts';
import type { Storage } from './storage.ts';

/** What a callback that is being asked fills, by storage, and what to call once it has ended well. */
export interface PendingAnswer {
  readonly observations: readonly Observations[];
  end(): void;
}

interface Answer {
  readonly observations: readonly Observations[];
  readonly isFresh: boolean;
}

const NONE: Answer = { observations: [], isFresh: false };

/**
 * The last answer of a callback. Readers ask independently, so an answer may come after that to a later question: it is out of
 * date then, and a counter would seem to fall.
 */
export class Answers {
  /** Those of the instruments that the callback observes. */
  readonly storages: readonly Storage[];
  #asked = 0;
  #answered = 0;
  #last: Answer = NONE;

  constructor(storages: readonly Storage[]) {
    this.storages = storages;
  }

  get last(): Answer {
    return this.#last;
  }

  /** A question is asked. If a later one is answered before, the answer is left out. */
  open(): PendingAnswer {
    const turn = ++this.#asked;
    const observations = this.storages.map((storage) => new Observations(storage));
    return {
      observations,
      end: () => {
        if (turn < this.#answered) return;
        this.#answered = turn;
        for (const ofStorage of observations) ofStorage.end();
        this.#last = { observations, isFresh: true };
      },
    };
  }

  /** The streams were shown the last answer. It is kept while they are to be shown it beside those of other callbacks. */
  settle(isKept: boolean): void {
    const { observations } = this.#last;
    if (isKept) for (const ofStorage of observations) ofStorage.keep();
    this.#last = isKept ? { observations, isFresh: false } : NONE;
  }
}

/**
 * Shows the streams what is new of the answers of all callbacks of a meter. Sums are shown what all their callbacks observe at once:
 * of one that has not answered this time, because it failed or takes its time, what it observed last. Otherwise a part of a total
 * would seem to have ended.
 */
export function commit(callbacks: readonly Answers[], nowMillis: number): void {
  const fresh = callbacks.filter(({ last }) => last.isFresh);
  const sums = new Map<Stream, Contribution[]>();
  for (const { last } of fresh) {
    for (const observations of last.observations) {
      for (const stream of observations.storage.streams) {
        if (stream.kind === 'sum') sums.set(stream, []);
        else observe(stream, [{ observations, isFresh: true }], nowMillis);
      }
    }
  }
  const several = contribute(callbacks, sums);
  for (const [stream, contributions] of sums) observe(stream, contributions, nowMillis);
  for (const answers of fresh) {
    answers.settle(answers.storages.some(({ streams }) => streams.some((stream) => several.has(stream))));
  }
}

/** Gathers what the callbacks contribute to sums. Returns those that several callbacks observe. */
function contribute(callbacks: readonly Answers[], sums: ReadonlyMap<Stream, Contribution[]>): Set<Stream> {
  const [once, several] = [new Set<Stream>(), new Set<Stream>()];
  for (const { storages, last } of callbacks) {
    storages.forEach((storage, i) => {
      for (const stream of storage.streams) {
        const contributions = sums.get(stream);
        if (contributions === undefined) continue;
        (once.has(stream) ? several : once).add(stream);
        const observations = last.observations[i];
        if (observations !== undefined) contributions.push({ observations, isFresh: last.isFresh });
      }
    });
  }
  return several;
}
