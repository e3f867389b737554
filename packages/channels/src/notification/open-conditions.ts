import { SEVERITIES, type Severity } from '../notification.ts';
import type { Reading } from './reading.ts';

/** Conditions remembered; beyond, the one that was heard of least lately is forgotten. */
const MAX_OPEN = 10_000;

/** Told of a condition that has become worse than it was known to be; `undefined`: it is over, or forgotten. */
export type ConditionListener = (key: string, worst: Severity | undefined) => void;

/** Remembers how bad each condition was at its worst, so that its end reaches everybody whom it had reached. */
export class OpenConditions implements Iterable<readonly [key: string, worst: Severity]> {
  readonly #worst = new Map<string, Severity>();
  readonly #onChange: ConditionListener;

  constructor(onChange: ConditionListener = () => {}) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#worst.size;
  }

  [Symbol.iterator](): Iterator<readonly [key: string, worst: Severity]> {
    return this.#worst[Symbol.iterator]();
  }

  /** Takes over what an earlier process has left open; what is known by now is newer. */
  recall(left: Iterable<readonly [key: string, worst: Severity]>): void {
    for (const [key, worst] of left) {
      if (this.#worst.size >= MAX_OPEN) return;
      if (!this.#worst.has(key)) this.#worst.set(key, worst);
    }
  }

  /** Severity of the notification of a reading. */
  severityOf({ phase, key, severity }: Reading): Severity {
    if (phase === undefined || phase === 'occurred') return severity;
    const known = this.#worst.get(key);
    if (phase === 'resolved') {
      if (this.#worst.delete(key)) this.#onChange(key, undefined);
      return known ?? severity;
    }
    const worst = known === undefined ? severity : worse(known, severity);
    if (phase === 'acknowledged') return worst;
    this.#worst.delete(key);
    this.#worst.set(key, worst);
    if (worst !== known) this.#onChange(key, worst);
    if (this.#worst.size > MAX_OPEN) this.#forgetOldest();
    return severity;
  }

  #forgetOldest(): void {
    for (const oldest of this.#worst.keys()) {
      this.#worst.delete(oldest);
      this.#onChange(oldest, undefined);
      return;
    }
  }
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
