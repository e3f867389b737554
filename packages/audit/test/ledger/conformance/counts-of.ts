import type { MeterProvider } from '@org/instrument-core';

/** What a ledger has counted, in the order of the names: `ends dead 1`. */
export function countsOf(meterProvider: MeterProvider): string[] {
  return meterProvider
    .snapshot()
    .filter(({ name }) => name.startsWith('audit.ledger.'))
    .map(
      ({ name, attributes, value }) => `${name.slice('audit.ledger.'.length)} ${attributes.outcome} ${value}`,
    )
    .sort();
}
