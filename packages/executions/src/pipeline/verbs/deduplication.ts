import type { BindableCounter } from '@org/instrument-core';
import type { DeduplicationRecord } from '../records.ts';
import { type Site, UNKNOWN } from '../site.ts';

const VERB = 'recordDeduplication';

interface Instruments {
  readonly checked: BindableCounter;
  readonly duplicates: BindableCounter;
}

/** Counts what was looked at for duplicates, and those found: the ratio is a question for later. */
export function deduplicationVerb(site: Site): (deduplication: DeduplicationRecord) => void {
  let instruments: Instruments | undefined;
  return site.guard(VERB, ({ source, checked: all = 1, duplicates: found, attributes }) => {
    const checked = site.amount(VERB, 'checked', all);
    const duplicates = site.amount(VERB, 'duplicates', found);
    if (checked === undefined || duplicates === undefined) return;
    if (duplicates > checked) {
      site.refuse(VERB, 'duplicates', duplicates, `at most checked, which is ${checked}`);
      return;
    }
    instruments ??= createInstruments(site);
    const series = site.series(VERB, attributes);
    series.source = site.optionalLabel(VERB, 'source', source, UNKNOWN);
    instruments.checked.add(checked, series);
    instruments.duplicates.add(duplicates, series);
  });
}

function createInstruments({ name, meter }: Site): Instruments {
  return {
    checked: meter.createCounter(`${name}.deduplication.checked`, {
      description: 'Events that were looked at for duplicates',
      unit: '{event}',
    }),
    duplicates: meter.createCounter(`${name}.deduplication.duplicates`, {
      description: 'Events that were seen before',
      unit: '{event}',
    }),
  };
}
