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

/** Told of a condition that has begun, or become worse than it was known to be; `undefined`: it is over, or forgotten. */
export type ConditionListener = (key: string, condition: Condition | undefined) => void;

/** Remembers each condition with how bad it was at its worst, so that its end reaches everybody whom it had reached. */
export class OpenConditions implements Iterable<readonly [key: string, condition: Condition]> {
  readonly #open = new Map<string, Condition>();
  readonly #onChange: ConditionListener;

  constructor(onChange: ConditionListener = () => {}) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<readonly [key: string, condition: Condition]> {
    return this.#open[Symbol.iterator]();
  }

  has(key: string): boolean {
    return this.#open.has(key);
  }

  /** Takes over what an earlier process has left open; what is known by now is newer. */
  recall(left: Iterable<readonly [key: string, condition: Condition]>): void {
    for (const [key, condition] of left) {
      if (this.#open.size >= MAX_OPEN) return;
      if (!this.#open.has(key)) this.#open.set(key, condition);
    }
  }

  /** Takes note of a reading, and says how its notification stands. */
  follow({ phase = 'occurred', key, severity }: Reading, atMillis: number): Standing {
    if (phase === 'occurred') return { severity, phase, lastedMillis: undefined };
    const known = this.#open.get(key);
    if (phase === 'resolved') {
      if (this.#open.delete(key)) this.#onChange(key, undefined);
      return { severity: known?.worst ?? severity, phase, lastedMillis: lastedOf(known, atMillis) };
    }
    const worst = known === undefined ? severity : worse(known.worst, severity);
    if (phase === 'acknowledged') return { severity: worst, phase, lastedMillis: undefined };
    const condition = { worst, sinceMillis: known === undefined ? atMillis : known.sinceMillis };
    this.#open.delete(key);
    this.#open.set(key, condition);
    if (worst !== known?.worst) this.#onChange(key, condition);
    if (this.#open.size > MAX_OPEN) this.#forgetOldest();
    return { severity, phase, lastedMillis: undefined };
  }

  #forgetOldest(): void {
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest);
      this.#onChange(oldest, undefined);
      return;
    }
  }
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
