import type { Attributes } from '@opentelemetry/api';
import type { Site } from '../site.ts';
import type { Tracked } from '../tracked.ts';

/**
 * Shows the current state of each thing at every collection: a series per state, of which one is 1 and the others 0
 * (OpenMetrics, "StateSet").
 */
export function showStates<S extends string, T extends { readonly word: S }>(
  site: Site,
  what: string,
  states: readonly S[],
  tracked: Tracked<T>,
): void {
  site.meter
    .createObservableGauge(`${site.name}.${what}.state`, {
      description: `1 for the state that a ${what} is in, 0 for the others`,
    })
    .addCallback((result) => {
      for (const { labels, state } of tracked.values()) {
        for (const word of states) {
          const series: Attributes = { ...labels, state: word };
          result.observe(state.word === word ? 1 : 0, series);
        }
      }
    });
}
