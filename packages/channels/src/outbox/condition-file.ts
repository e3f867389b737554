import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFault } from '@org/instrument-core';
import type { Condition, OpenConditions } from '../notification/open-conditions.ts';
import { SEVERITIES } from '../notification.ts';

const NAME = 'conditions.ndjson';
/** Lines of conditions that are over, or have become worse since, before the file is written anew. */
const MAX_SPARE_LINES = 1_000;

/**
 * The conditions that are open, in a slot: a process that comes back well must know what the one that died had told of, or its end
 * would be told to nobody. A line for each that has begun or become worse, `{"key":"health/db","worst":"error","since":1767225600000}`, and one without
 * `worst` for each that is over; where none is open, there is no file.
 */
export class ConditionFile {
  readonly #conditions: OpenConditions;
  #path: string | undefined;
  #lines: string[] = [];
  /** Lines that the file has. */
  #written = 0;
  /** Whether the file, with the lines that wait, says all. */
  #isWhole = false;
  #isWriteDue = false;

  constructor(conditions: OpenConditions) {
    this.#conditions = conditions;
  }

  /** Takes over what the file of a slot says, and keeps it from now on; gives the keys of what it said. */
  open(slot: string): readonly string[] {
    this.#path = join(slot, NAME);
    try {
      return this.#recall(conditionsOf(slot));
    } catch (error) {
      report(error);
      return this.#recall(new Map());
    }
  }

  /**
   * Takes what another slot says over into this one; gives the keys of it.
   *
   * @throws the error of the file system.
   */
  takeOver(slot: string): readonly string[] {
    const keys = this.#recall(conditionsOf(slot));
    rmSync(join(slot, NAME), { force: true });
    return keys;
  }

  /** The slot has become another process's. */
  detach(): void {
    this.#path = undefined;
  }

  /** Takes a change; it is written behind the notifications of the same synchronous stretch: an end that is noted must be told. */
  note(key: string, condition: Condition | undefined): void {
    // Whatever the file lacks, the conditions themselves have.
    if (this.#path === undefined) return;
    if (this.#isWhole) this.#lines.push(lineOf(key, condition));
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    // Journals write in a microtask, too; one within another comes behind all of them.
    queueMicrotask(() =>
      queueMicrotask(() => {
        this.#isWriteDue = false;
        this.write();
      }),
    );
  }

  /** Hands what there is to the operating system. */
  write(): void {
    if (this.#path === undefined || (this.#isWhole && this.#lines.length === 0)) return;
    const spare = this.#written + this.#lines.length - this.#conditions.size;
    try {
      if (this.#isWhole && this.#conditions.size > 0 && spare <= MAX_SPARE_LINES) {
        appendFileSync(this.#path, this.#lines.join(''), { mode: 0o600 });
        this.#written += this.#lines.length;
      } else {
        this.#writeAnew(this.#path);
      }
    } catch (error) {
      // A line may be torn: what comes next is written anew.
      this.#isWhole = false;
      report(error);
    }
    this.#lines = [];
  }

  #recall(left: ReadonlyMap<string, Condition>): readonly string[] {
    this.#conditions.recall(left);
    this.#isWhole = false;
    this.write();
    return [...left.keys()];
  }

  #writeAnew(path: string): void {
    const lines = [...this.#conditions].map(([key, condition]) => lineOf(key, condition));
    if (lines.length === 0) {
      rmSync(path, { force: true });
    } else {
      const draft = `${path}.draft`;
      writeFileSync(draft, lines.join(''), { mode: 0o600 });
      renameSync(draft, path);
    }
    this.#written = lines.length;
    this.#isWhole = true;
  }
}

/** Whether a slot has a file of conditions. */
export function hasConditions(slot: string): boolean {
  return existsSync(join(slot, NAME));
}

/**
 * What is open, as the file of a slot says it.
 *
 * @throws the error of the file system: one that cannot be read may well say something.
 */
export function conditionsOf(slot: string): ReadonlyMap<string, Condition> {
  try {
    return conditionsIn(readFileSync(join(slot, NAME), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return new Map();
  }
}

function lineOf(key: string, condition: Condition | undefined): string {
  return `${JSON.stringify({ key, worst: condition?.worst, since: condition?.sinceMillis })}\n`;
}

/** What is no such line, a torn one for instance, says nothing. */
function conditionsIn(text: string): ReadonlyMap<string, Condition> {
  const open = new Map<string, Condition>();
  for (const line of text.split('\n')) {
    const { key, worst, since } = parsed(line);
    if (typeof key !== 'string') continue;
    const severity = SEVERITIES.find((word) => word === worst);
    const sinceMillis = typeof since === 'number' && Number.isFinite(since) ? since : undefined;
    open.delete(key);
    if (severity !== undefined) open.set(key, { worst: severity, sinceMillis });
  }
  return open;
}

function parsed(line: string): {
  readonly key?: unknown;
  readonly worst?: unknown;
  readonly since?: unknown;
} {
  try {
    return (JSON.parse(line) ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}

function report(error: unknown): void {
  reportFault('channels', 'keeping the open conditions on disk', error);
}
