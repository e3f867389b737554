import { type Phase, SEVERITIES, type Severity } from '../notification.ts';
import type { Reading } from './reading.ts';

/** Conditions remembered; beyond, the one that was heard of least lately is forgotten. */
export const MAX_OPEN = 10_000;

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

/** What other processes have told of a condition, and not of its end. */
export interface ToldElsewhere {
  /** Those that live: it is theirs to end. */
  readonly living: Condition | undefined;
  /** Those that are gone: it is over as soon as anybody says so. */
  readonly left: Condition | undefined;
}

/** The conditions of other processes. */
export interface Elsewhere {
  find(key: string): ToldElsewhere;
  /** The end of what was left is told. */
  end(key: string): void;
}

/** Told of a condition that has begun, or become worse than it was known to be; `undefined`: it is over, or forgotten. */
export type ConditionListener = (key: string, condition: Condition | undefined) => void;

/** Where no directory is shared. */
export const NOWHERE: Elsewhere = { find: () => ({ living: undefined, left: undefined }), end: () => {} };

/**
 * Remembers each condition that this process has told of with how bad it was at its worst, so that its end reaches everybody whom it
 * had reached. Those of other processes stay theirs: nobody forgets one of whose end it has not told.
 */
export class OpenConditions implements Iterable<readonly [key: string, condition: Condition]> {
  readonly #open = new Map<string, Condition>();
  readonly #onChange: ConditionListener;
  readonly #elsewhere: Elsewhere;

  constructor(onChange: ConditionListener = () => {}, elsewhere: Elsewhere = NOWHERE) {
    this.#onChange = onChange;
    this.#elsewhere = elsewhere;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<readonly [key: string, condition: Condition]> {
    return this.#open[Symbol.iterator]();
  }

  /**
   * Whether a condition is open, and over as soon as this process is well: its own, or one that a dead process has left and none that
   * lives has open too.
   */
  endsWithThis(key: string): boolean {
    if (this.#open.has(key)) return true;
    const { living, left } = this.#elsewhere.find(key);
    return left !== undefined && living === undefined;
  }

  /** Takes note of a reading, and says how its notification stands. */
  follow({ phase = 'occurred', key, severity }: Reading, atMillis: number): Standing {
    if (phase === 'occurred') return { severity, phase, lastedMillis: undefined };
    const own = this.#open.get(key);
    if (phase === 'triggered') {
      this.#note(key, own, severity, atMillis);
      return { severity, phase, lastedMillis: undefined };
    }
    const { living, left } = this.#elsewhere.find(key);
    // One of its own is over here, while others may still have theirs.
    const known = joined(own ?? living, left);
    if (phase === 'acknowledged') {
      return {
        severity: known === undefined ? severity : worse(known.worst, severity),
        phase,
        lastedMillis: undefined,
      };
    }
    this.#close(key);
    if (left !== undefined) this.#elsewhere.end(key);
    return { severity: known?.worst ?? severity, phase, lastedMillis: lastedOf(known, atMillis) };
  }

  #note(key: string, known: Condition | undefined, severity: Severity, atMillis: number): void {
    const worst = known === undefined ? severity : worse(known.worst, severity);
    const condition = { worst, sinceMillis: known === undefined ? atMillis : known.sinceMillis };
    this.#open.delete(key);
    this.#open.set(key, condition);
    if (worst !== known?.worst) this.#onChange(key, condition);
    if (this.#open.size > MAX_OPEN) this.#forgetOldest();
  }

  #close(key: string): void {
    if (this.#open.delete(key)) this.#onChange(key, undefined);
  }

  #forgetOldest(): void {
    for (const oldest of this.#open.keys()) {
      this.#close(oldest);
      return;
    }
  }
}

/** Of a condition that several have told of, the worst and the beginning. */
export function joined(a: Condition | undefined, b: Condition | undefined): Condition | undefined {
  if (a === undefined || b === undefined) return a ?? b;
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
