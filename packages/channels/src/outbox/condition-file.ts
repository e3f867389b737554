import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reportFault } from '@org/instrument-core';
import type { Condition, OpenConditions } from '../notification/open-conditions.ts';
import { lineOf, replaceLines, type Scope } from './condition-lines.ts';
import { appendToFile } from './open-file.ts';

const NAME = 'conditions.ndjson';
/** Lines of conditions that are over, or have become worse since, before the file is written anew. */
const MAX_SPARE_LINES = 1_000;

/**
 * The conditions that are open in this process, in its slot: the one that comes back well must know what the one that died had told
 * of, or its end would be told to nobody. Where none is open, there is no file.
 */
export class ConditionFile {
  readonly #conditions: OpenConditions;
  readonly #scope: Scope;
  #path: string | undefined;
  #lines: string[] = [];
  /** Lines that the file has. */
  #written = 0;
  /** Whether the file, with the lines that wait, says all. */
  #isWhole = false;
  #isWriteDue = false;

  constructor(conditions: OpenConditions, scope: Scope) {
    this.#conditions = conditions;
    this.#scope = scope;
  }

  /** Whether it has a slot. */
  get isOpen(): boolean {
    return this.#path !== undefined;
  }

  /** Keeps what is open in a slot from now on. What the slot had before must have been taken out of it. */
  open(slot: string): void {
    this.#path = conditionFileOf(slot);
    this.#isWhole = false;
    this.write();
  }

  /** The slot has become another process's. */
  detach(): void {
    this.#path = undefined;
  }

  /** Takes a change. */
  note(key: string, condition: Condition | undefined): void {
    // Whatever the file lacks, the conditions themselves have.
    if (this.#path === undefined) return;
    if (this.#isWhole) this.#lines.push(lineOf(key, this.#scope, condition));
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    behindJournals(() => {
      this.#isWriteDue = false;
      this.write();
    });
  }

  /** Hands what the file lacks to the operating system. */
  write(): void {
    if (this.#path === undefined || (this.#isWhole && this.#lines.length === 0)) return;
    const spare = this.#written + this.#lines.length - this.#conditions.size;
    try {
      if (this.#isWhole && this.#conditions.size > 0 && spare <= MAX_SPARE_LINES) {
        appendToFile(this.#path, this.#lines.join(''));
        this.#written += this.#lines.length;
      } else {
        this.#writeAnew(this.#path);
      }
    } catch (error) {
      // A line may be torn: what comes next is written anew.
      this.#isWhole = false;
      reportFault('channels', 'keeping the open conditions on disk', error);
    }
    this.#lines = [];
  }

  #writeAnew(path: string): void {
    const lines = [...this.#conditions].map(([key, condition]) => lineOf(key, this.#scope, condition));
    if (lines.length === 0) rmSync(path, { force: true });
    else replaceLines(path, lines);
    this.#written = lines.length;
    this.#isWhole = true;
  }
}

/** The file of conditions of a slot. */
export function conditionFileOf(slot: string): string {
  return join(slot, NAME);
}

/** Whether a slot has one. */
export function hasConditions(slot: string): boolean {
  return existsSync(conditionFileOf(slot));
}

/** Calls a function behind all that journals write of the same synchronous stretch: an end that is noted must be told. */
export function behindJournals(write: () => void): void {
  // Journals write in a microtask, too; one within another comes behind all of them.
  queueMicrotask(() => queueMicrotask(write));
}
