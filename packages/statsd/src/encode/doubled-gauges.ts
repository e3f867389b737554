import { tell } from '@org/instrument-core';
import type { SeriesText } from './series-text.ts';

/** Tells whether another metric of the batch has set the gauge of a series. */
export type IsDoubled = (text: SeriesText, series: number) => boolean;

/** Where a metric is from, for messages. */
export interface Origin {
  readonly scope: string;
  readonly name: string;
}

/** Warnings given, so that a conflict is told once and not at each flush; emptied rather than let grow. */
const MAX_WARNINGS_KEPT = 1_000;

/**
 * Finds gauges that several metrics of a batch would set: no line says its scope, and of two a server keeps the last. The
 * first metric has them, and a warning names the other.
 */
export class DoubledGauges {
  readonly #shown = new Map<string, Origin>();
  readonly #warned = new Set<string>();

  /** Begins a batch. */
  begin(): void {
    this.#shown.clear();
  }

  /** What tells of the gauges of a metric, of which it keeps all that were not set before. */
  checkOf(origin: Origin): IsDoubled {
    return (text, series) => {
      const key = text.key(series);
      const shown = this.#shown.get(key);
      if (shown === undefined) this.#shown.set(key, origin);
      if (shown === undefined || shown === origin) return false;
      this.#warn(origin, shown);
      return true;
    };
  }

  #warn(left: Origin, shown: Origin): void {
    const key = JSON.stringify([left.scope, left.name]);
    if (this.#warned.has(key)) return;
    if (this.#warned.size >= MAX_WARNINGS_KEPT) this.#warned.clear();
    this.#warned.add(key);
    tell(
      'warn',
      `StatsD: gauges of "${left.name}" of the meter "${left.scope}" are left out: "${shown.name}" of the meter ` +
        `"${shown.scope}" has the same name and tags there, and of two values a server keeps the last. Rename one with a ` +
        'view, or record an attribute that tells them apart.',
    );
  }
}
