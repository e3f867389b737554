import { SEVERITIES, type Severity } from '../notification.ts';
import type { Reading } from './reading.ts';

/** Conditions remembered; beyond, the one that was heard of least lately is forgotten. */
const MAX_OPEN = 10_000;

/** Remembers how bad each condition was at its worst, so that its end reaches everybody whom it had reached. */
export class OpenConditions {
  readonly #worst = new Map<string, Severity>();

  /** Severity of the notification of a reading. */
  severityOf({ phase, key, severity }: Reading): Severity {
    if (phase === undefined || phase === 'occurred') return severity;
    const known = this.#worst.get(key);
    if (phase === 'resolved') {
      this.#worst.delete(key);
      return known ?? severity;
    }
    const worst = known === undefined ? severity : worse(known, severity);
    if (phase === 'acknowledged') return worst;
    this.#worst.delete(key);
    this.#worst.set(key, worst);
    if (this.#worst.size > MAX_OPEN) {
      for (const oldest of this.#worst.keys()) {
        this.#worst.delete(oldest);
        break;
      }
    }
    return severity;
  }
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
