import { type BindableCounter, errorTypeOf, reasonOf, SEVERITIES, type Severity } from '@org/instrument-core';
import type { ErrorRecord } from '../records.ts';
import type { Site } from '../site.ts';

const VERB = 'recordError';

/** Counts errors, and publishes them. */
export function errorVerb(site: Site): (error: ErrorRecord) => void {
  let counter: BindableCounter | undefined;
  return site.guard(VERB, ({ type: given, component: part, severity: word, error, attributes }) => {
    const type =
      given === undefined && error !== undefined ? errorTypeOf(error) : site.label(VERB, 'type', given);
    const component = site.label(VERB, 'component', part);
    const severity = severityOf(site, word);
    const series = site.series(VERB, attributes);
    // As in the metrics of instrumented functions, so that one query finds both.
    series.error_type = site.errorType(type);
    series.component = component;
    series.severity = severity;
    counter ??= site.meter.createCounter(`${site.name}.errors`, {
      description: 'Errors of the parts of the pipeline',
      unit: '{error}',
    });
    counter.add(1, series);
    site.emit('pipeline.error', attributes, () => ({
      type,
      component,
      severity,
      reason: error === undefined ? undefined : reasonOf(error),
    }));
  });
}

/** A word that is none counts as `error`: nothing is made harmless by a misspelling. */
function severityOf(site: Site, word: unknown): Severity {
  if (word === undefined) return 'error';
  const severity = SEVERITIES.find((known) => known === word);
  if (severity !== undefined) return severity;
  site.refuse(VERB, 'severity', word, `one of ${SEVERITIES.join(', ')}`);
  return 'error';
}
