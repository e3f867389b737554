import type { BindableCounter } from '@org/instrument-core';
import type { DataVolumeRecord } from '../records.ts';
import { type Site, UNKNOWN } from '../site.ts';

const VERB = 'recordDataVolume';

/** Counts bytes, in and out. */
export function volumeVerb(site: Site): (volume: DataVolumeRecord) => void {
  let counter: BindableCounter | undefined;
  return site.guard(VERB, ({ direction, bytes: given, source, attributes }) => {
    const bytes = site.amount(VERB, 'bytes', given);
    if (bytes === undefined) return;
    const isKnown = direction === 'in' || direction === 'out';
    if (!isKnown) site.refuse(VERB, 'direction', direction, 'in or out');
    counter ??= site.meter.createCounter(`${site.name}.data.volume`, {
      description: 'Data that came in and went out',
      unit: 'By',
    });
    const series = site.series(VERB, attributes);
    series.direction = isKnown ? direction : UNKNOWN;
    series.source = site.optionalLabel(VERB, 'source', source, UNKNOWN);
    counter.add(bytes, series);
  });
}
