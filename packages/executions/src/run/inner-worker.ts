import { isAbort } from '@org/instrument-core';
import type { ExecutionWorker, ItemCounter } from '../execution.ts';
import { Lifetime, type LifetimeEnd } from './lifetime.ts';
import type { Engagement, Roster } from './roster.ts';

/** A worker that is part of the program: a loop, a function. */
export class InnerWorker implements ExecutionWorker {
  readonly lifetime: Lifetime = new Lifetime((end, error) => this.#finish(end, error));
  readonly #roster: Roster;
  readonly #engagement: Engagement;
  readonly #items: ItemCounter;

  constructor(roster: Roster, items: ItemCounter, id: string | undefined) {
    this.#roster = roster;
    this.#items = items;
    this.#engagement = roster.start(id);
  }

  get id(): string {
    return this.#engagement.id;
  }

  itemDone(count?: number): void {
    this.#items.itemDone(count);
  }

  itemFailed(error?: unknown): void {
    this.#items.itemFailed(error);
  }

  end(error?: unknown): void {
    if (error === undefined) this.lifetime.succeed();
    else this.lifetime.fail(error);
  }

  #finish(end: LifetimeEnd, error: unknown): void {
    const isFailure = end === 'error' && !isAbort(error);
    const reason = end === 'ok' ? 'finished' : isFailure ? 'failed' : 'terminated';
    this.#roster.end(this.#engagement, { reason, error });
  }
}
