import { type Attributes, SpanKind } from '@opentelemetry/api';
import {
  describeValue,
  didYouMean,
  InstrumentError,
  type Outcome,
  type Problem,
  parseDuration,
  unknownKeys,
} from '@org/instrument-core';

/** Options after validation, defaults filled in. */
export interface Settings {
  readonly name: string | undefined;
  readonly labels: Attributes;
  readonly attributes: ((args: never, result: never) => Attributes | undefined) | undefined;
  readonly metricAttributes: readonly string[];
  readonly classify: ((result: never, error: unknown, thrown: boolean) => Outcome | undefined) | undefined;
  readonly buckets: readonly number[] | undefined;
  readonly unit: 's' | 'ms';
  readonly span: boolean;
  readonly spanName: string | undefined;
  readonly spanKind: SpanKind;
  readonly slo: { readonly target: number; readonly latencyMillis: number } | undefined;
  readonly stream: boolean | undefined;
}

/** Labels that every operation has; a user's own would overwrite them. */
const RESERVED_LABELS: readonly string[] = ['function', 'success', 'error_type'];
const KEYS = 'name labels attributes metricAttributes classify buckets unit span slo stream'.split(' ');
const SPAN_KINDS: Readonly<Record<string, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

type Check = (path: string, value: unknown, expected: string, holds: boolean, fix?: string) => void;

/** An `InstrumentError` of code `INSTRUMENT_DECORATOR_MISUSE`. */
export function misuse(summary: string, problems: readonly Problem[] = []): InstrumentError {
  return new InstrumentError('INSTRUMENT_DECORATOR_MISUSE', summary, problems);
}

/**
 * Checks what a user gave as name or options and fills in the defaults.
 *
 * @throws InstrumentError `INSTRUMENT_DECORATOR_MISUSE`, with all problems at once.
 */
export function settingsOf(given: unknown, more: unknown, where: string): Settings {
  const problems: Problem[] = [];
  const check: Check = (path, value, expected, holds, fix) => {
    if (!holds)
      problems.push({ path, found: describeValue(value), expected, ...(fix === undefined ? {} : { fix }) });
  };
  const options = mergeName(given, more, check);
  problems.push(...unknownKeys(options, KEYS));
  const { name, attributes, classify, unit, stream } = options;
  check('name', name, 'a text that is not empty', name === undefined || isText(name));
  check('attributes', attributes, 'a function', attributes === undefined || typeof attributes === 'function');
  check('classify', classify, 'a function', classify === undefined || typeof classify === 'function');
  check('unit', unit, "'s' or 'ms'", unit === undefined || unit === 's' || unit === 'ms');
  check('stream', stream, 'true or false', stream === undefined || typeof stream === 'boolean');
  const labels = checkLabels(options.labels, check);
  const metricAttributes = checkMetricAttributes(options, check);
  checkBuckets(options.buckets, check);
  const latencyMillis = checkSlo(options.slo, check);
  const span = checkSpan(options.span, check);
  if (problems.length > 0) throw misuse(`The options of ${where} are wrong`, problems);
  return {
    name: name as string | undefined,
    labels,
    attributes: attributes as Settings['attributes'],
    metricAttributes,
    classify: classify as Settings['classify'],
    buckets: options.buckets === undefined ? undefined : [...(options.buckets as number[])],
    unit: unit === 'ms' ? 'ms' : 's',
    ...span,
    slo:
      options.slo === undefined
        ? undefined
        : { target: (options.slo as { target: number }).target, latencyMillis },
    stream: stream as boolean | undefined,
  };
}

function mergeName(given: unknown, more: unknown, check: Check): Record<string, unknown> {
  if (typeof given === 'string') {
    check('(second argument)', more, 'an object of options', more === undefined || isRecord(more));
    return { ...(isRecord(more) ? more : {}), name: given };
  }
  check('(root)', given, 'a name or an object of options', given === undefined || isRecord(given));
  return isRecord(given) ? given : {};
}

function checkLabels(labels: unknown, check: Check): Attributes {
  if (labels === undefined) return {};
  check('labels', labels, 'an object', isRecord(labels));
  if (!isRecord(labels)) return {};
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(labels)) {
    const path = `labels.${key}`;
    check(path, value, 'a key that is not reserved', !RESERVED_LABELS.includes(key), 'Choose another name.');
    // Absent, as for every other metric: often a variable of the environment that is not set.
    if (value === undefined || value === null) continue;
    check(path, value, 'a string, number, boolean or a list of them', isAttributeValue(value));
    kept[key] = value;
  }
  return kept as Attributes;
}

function checkMetricAttributes(options: Record<string, unknown>, check: Check): readonly string[] {
  const keys = options.metricAttributes;
  if (keys === undefined) return [];
  const isList = Array.isArray(keys) && keys.every(isText);
  check('metricAttributes', keys, 'a list of attribute keys', isList);
  if (!isList) return [];
  const given = options.attributes !== undefined;
  check(
    'metricAttributes',
    keys,
    'an `attributes` function beside it',
    given,
    'Add `attributes`, which returns them.',
  );
  const free = !keys.some((key) => RESERVED_LABELS.includes(key));
  check('metricAttributes', keys, `none of ${RESERVED_LABELS.join(', ')}`, free, 'Choose another name.');
  return [...keys];
}

function checkBuckets(buckets: unknown, check: Check): void {
  if (buckets === undefined) return;
  const list: unknown[] = Array.isArray(buckets) ? buckets : [];
  const ascends = list.every(
    (bound, i) =>
      typeof bound === 'number' && Number.isFinite(bound) && (i === 0 || bound > (list[i - 1] as number)),
  );
  check('buckets', buckets, 'finite numbers, each above the one before', list.length > 0 && ascends);
}

function checkSlo(slo: unknown, check: Check): number {
  if (slo === undefined) return 0;
  check('slo', slo, '{ target, latency }', isRecord(slo));
  if (!isRecord(slo)) return 0;
  const { target, latency } = slo;
  const inRange = typeof target === 'number' && target > 0 && target <= 1;
  check('slo.target', target, 'a number above 0 and at most 1', inRange, 'Write 99.9 % as 0.999.');
  const millis = parseDuration(latency) ?? 0;
  check('slo.latency', latency, "a duration above 0, such as '250ms'", millis > 0);
  return millis;
}

function checkSpan(span: unknown, check: Check): Pick<Settings, 'span' | 'spanName' | 'spanKind'> {
  if (!isRecord(span)) {
    check('span', span, 'true, false or { name, kind }', span === undefined || typeof span === 'boolean');
    return { span: span !== false, spanName: undefined, spanKind: SpanKind.INTERNAL };
  }
  const { name, kind = SpanKind.INTERNAL } = span;
  check('span.name', name, 'a text that is not empty', name === undefined || isText(name));
  const spanKind = typeof kind === 'string' && Object.hasOwn(SPAN_KINDS, kind) ? SPAN_KINDS[kind] : kind;
  const known = typeof spanKind === 'number' && SpanKind[spanKind] !== undefined;
  const kinds = Object.keys(SPAN_KINDS);
  const expected = `a SpanKind, or one of ${kinds.join(', ')}`;
  check('span.kind', kind, expected, known, didYouMean(kind, kinds));
  return { span: true, spanName: name as string | undefined, spanKind: spanKind as SpanKind };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAttributeValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => item == null || isAttributeScalar(item));
  return isAttributeScalar(value);
}

function isAttributeScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
