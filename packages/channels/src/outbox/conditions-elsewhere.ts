import { reportFault } from '@org/instrument-core';
import { isLocked } from '@org/instrument-core/directory';
import type { Elsewhere, ToldElsewhere } from '../notification/open-conditions.ts';
import { conditionFileOf, hasConditions } from './condition-file.ts';
import { idsOf, type Scope } from './condition-lines.ts';
import { ConditionReader } from './condition-reader.ts';
import { LeftConditions } from './left-conditions.ts';
import { takeLeftSlot } from './slot.ts';

/** Files of conditions that there are. */
interface Seen {
  /** Of processes that live. */
  readonly living: readonly string[];
  /** Of those that are gone. */
  readonly left: readonly string[];
}

/**
 * What other processes that share the directory have told of, of the same service and environment. What is in the slot of one that
 * lives, that one has told of itself, since what the slot had before was taken out of it.
 */
export class ConditionsElsewhere implements Elsewhere {
  readonly #scope: Scope;
  readonly #others: () => readonly string[];
  readonly #reader = new ConditionReader();
  readonly #left: LeftConditions;
  #seen: Seen | undefined;

  /** @param others gives the slots that are not this process's. */
  constructor(directory: string, scope: Scope, others: () => readonly string[]) {
    this.#scope = scope;
    this.#others = others;
    this.#left = new LeftConditions(directory, this.#reader);
  }

  find(key: string): ToldElsewhere {
    const { living, left } = this.#look();
    const ids = idsOf(key, this.#scope);
    return { living: this.#reader.find(living, ids), left: this.#left.find(left, ids) };
  }

  end(key: string): void {
    this.#left.end(this.#look().left, idsOf(key, this.#scope));
  }

  /** Keys of what is left open, as of now. */
  keysLeft(): readonly string[] {
    this.#seen = undefined;
    return this.#left.keys(this.#look().left, this.#scope);
  }

  /**
   * Takes what a slot says out of it; whoever calls this holds the slot.
   *
   * @throws the error of the file system.
   */
  take(slot: string): void {
    this.#left.take(slot);
    this.#left.merge(this.#left.files());
    this.#seen = undefined;
  }

  /** Writes down which are over, as far as the disk takes it. */
  write(): void {
    this.#left.write();
  }

  /** Looks once for all that is read in one synchronous stretch. */
  #look(): Seen {
    if (this.#seen !== undefined) return this.#seen;
    const slots = this.#others().filter(hasConditions);
    const living = slots.filter(isLocked);
    for (const slot of slots) if (!living.includes(slot)) this.#takeLeft(slot);
    const seen = { living: living.map(conditionFileOf), left: this.#left.files() };
    this.#reader.keep(new Set([...seen.living, ...seen.left]));
    this.#seen = seen;
    queueMicrotask(() => {
      this.#seen = undefined;
    });
    return seen;
  }

  #takeLeft(path: string): void {
    try {
      const slot = takeLeftSlot(path, hasConditions);
      if (slot === undefined) return;
      try {
        this.take(path);
      } finally {
        slot.lock.release();
      }
    } catch (error) {
      reportFault('channels', 'taking over what was left open', error);
    }
  }
}
