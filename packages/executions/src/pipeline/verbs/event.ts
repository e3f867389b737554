import type { Attributes } from '@opentelemetry/api';
import { type BindableHistogram, reportFault, runtime } from '@org/instrument-core';
import type { EventRecord } from '../records.ts';
import { MAX_LABEL, type Site, UNKNOWN } from '../site.ts';

const VERB = 'recordEvent';

/**
 * Records events. The common case is written out rather than put together from parts: it happens millions of times.
 * One instrument is enough, as the number of events is the count of their durations.
 */
export function eventVerb(site: Site, buckets: readonly number[]): (event: EventRecord) => void {
  let histogram: BindableHistogram | undefined;
  return (event) => {
    if (runtime.disabled) return;
    try {
      if (!site.isRecord(VERB, event)) return;
      const { source, domain, entity, durationMillis: millis, success, attributes } = event;
      if (!(typeof millis === 'number' && millis >= 0 && millis < Number.POSITIVE_INFINITY)) {
        site.refuse(VERB, 'durationMillis', millis, 'a finite number of at least 0');
        return;
      }
      histogram ??= createHistogram(site, buckets);
      let series: Attributes;
      if (attributes === undefined && !site.hasLabels && isPlain(source, domain, entity, success)) {
        series = { source, domain, entity, success };
      } else {
        series = site.series(VERB, attributes);
        series.source = site.label(VERB, 'source', source);
        series.domain = site.label(VERB, 'domain', domain);
        series.entity = site.label(VERB, 'entity', entity);
        series.success = successOf(site, success);
      }
      histogram.record(millis / 1_000, series);
    } catch (fault) {
      reportFault(site.name, VERB, fault);
    }
  };
}

function successOf(site: Site, success: unknown): boolean | string {
  if (typeof success === 'boolean') return success;
  site.refuse(VERB, 'success', success, 'true or false');
  return UNKNOWN;
}

/** Label texts of a length that nobody need cut. */
function isPlain(source: unknown, domain: unknown, entity: unknown, success: unknown): boolean {
  return isShort(source) && isShort(domain) && isShort(entity) && typeof success === 'boolean';
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_LABEL;
}

function createHistogram({ name, meter }: Site, buckets: readonly number[]): BindableHistogram {
  return meter.createCountedHistogram(`${name}.event.duration`, {
    description: 'Time that events took',
    unit: 's',
    advice: { explicitBucketBoundaries: [...buckets] },
    count: { name: `${name}.events`, description: 'Events that were dealt with', unit: '{event}' },
  });
}
