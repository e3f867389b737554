import { type Phase, SEVERITIES, type Severity } from '../notification.ts';
import type { Reading } from './reading.ts';

/** Conditions remembered; beyond, the one that was heard of least lately is forgotten. */
const MAX_OPEN = 10_000;

/** A condition that lasts. */
export interface Condition {
  /** How bad it was at its worst. */
  readonly worst: Severity;
  /** When it began: Unix time in milliseconds; `undefined`: nobody knows any more. */
  readonly sinceMillis: number | undefined;
}

/** What is to be said of a reading, by what is known of its condition. */
export interface Standing {
  readonly severity: Severity;
  readonly phase: Phase;
  /** How long the condition lasted, of its end, where its beginning is known. */
  readonly lastedMillis: number | undefined;
}

/** Whether a process that lives has a condition of that key open, besides this one. */
export type OpenElsewhere = (key: string) => boolean;

/** Told of a condition that has begun, or become worse than it was known to be; `undefined`: it is over, or forgotten. */
export type ConditionListener = (key: string, condition: Condition | undefined) => void;

/** Remembers each condition with how bad it was at its worst, so that its end reaches everybody whom it had reached. */
export class OpenConditions implements Iterable<readonly [key: string, condition: Condition]> {
  readonly #open = new Map<string, Condition>();
  /** Keys of those that others have told of, and this process has not. */
  readonly #left = new Set<string>();
  readonly #onChange: ConditionListener;
  readonly #isOpenElsewhere: OpenElsewhere;

  constructor(onChange: ConditionListener = () => {}, isOpenElsewhere: OpenElsewhere = () => false) {
    this.#onChange = onChange;
    this.#isOpenElsewhere = isOpenElsewhere;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<readonly [key: string, condition: Condition]> {
    return this.#open[Symbol.iterator]();
  }

  /**
   * Whether a condition is open, and over as soon as this process is well. What a dead process has left and one that lives has open
   * too is that one's to end, and forgotten here.
   */
  endsWithThis(key: string): boolean {
    if (!this.#open.has(key)) return false;
    if (!this.#left.has(key) || !this.#isOpenElsewhere(key)) return true;
    this.#close(key);
    return false;
  }

  /** Takes over what other processes have left open; of what is open here, too, the worst and the beginning. */
  recall(left: Iterable<readonly [key: string, condition: Condition]>): void {
    for (const [key, condition] of left) {
      const known = this.#open.get(key);
      if (known !== undefined) this.#open.set(key, joined(known, condition));
      else if (this.#open.size < MAX_OPEN) {
        this.#open.set(key, condition);
        this.#left.add(key);
      }
    }
  }

  /** Takes note of a reading, and says how its notification stands. */
  follow({ phase = 'occurred', key, severity }: Reading, atMillis: number): Standing {
    if (phase === 'occurred') return { severity, phase, lastedMillis: undefined };
    const known = this.#open.get(key);
    if (phase === 'resolved') {
      this.#close(key);
      return { severity: known?.worst ?? severity, phase, lastedMillis: lastedOf(known, atMillis) };
    }
    const worst = known === undefined ? severity : worse(known.worst, severity);
    if (phase === 'acknowledged') return { severity: worst, phase, lastedMillis: undefined };
    const condition = { worst, sinceMillis: known === undefined ? atMillis : known.sinceMillis };
    this.#open.delete(key);
    this.#open.set(key, condition);
    this.#left.delete(key);
    if (worst !== known?.worst) this.#onChange(key, condition);
    if (this.#open.size > MAX_OPEN) this.#forgetOldest();
    return { severity, phase, lastedMillis: undefined };
  }

  #close(key: string): void {
    this.#left.delete(key);
    if (this.#open.delete(key)) this.#onChange(key, undefined);
  }

  #forgetOldest(): void {
    for (const oldest of this.#open.keys()) {
      this.#close(oldest);
      return;
    }
  }
}

function joined(a: Condition, b: Condition): Condition {
  const since = [a.sinceMillis, b.sinceMillis].filter((millis) => millis !== undefined);
  return { worst: worse(a.worst, b.worst), sinceMillis: since.length === 0 ? undefined : Math.min(...since) };
}

/** A clock that was set back meanwhile tells nothing. */
function lastedOf(condition: Condition | undefined, atMillis: number): number | undefined {
  if (condition?.sinceMillis === undefined) return undefined;
  const lasted = atMillis - condition.sinceMillis;
  return lasted > 0 ? lasted : undefined;
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
