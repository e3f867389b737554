import { describeValue } from '@org/instrument-core';
import type { Draft } from './draft.ts';

/** Variables that other SDKs heed, and this one does not. */
interface WithoutEffect {
  /** The first one that is set is named. */
  readonly names: RegExp;
  /** Values by which nothing is asked for. */
  readonly harmless?: RegExp;
  readonly expected: string;
  readonly fix: string;
}

const GROUPS: readonly WithoutEffect[] = [
  {
    names: /^OTEL_(?:LOGS_EXPORTER|EXPORTER_OTLP_LOGS_.+|BLRP_.+)$/,
    harmless: /^none$/i,
    expected: 'OTEL_LOGS_EXPORTER=none: metrics and traces are sent, logs are not',
    fix: 'Register a LoggerProvider of @opentelemetry/sdk-logs for them, which reads it. init() ignores it.',
  },
  {
    names: /^OTEL_(?:EXPERIMENTAL_)?CONFIG_FILE$/,
    expected: 'INSTRUMENT_CONFIG, the path of a file with the options of init()',
    fix: 'It is ignored.',
  },
  {
    names: /^OTEL_EXPORTER_(?:ZIPKIN|JAEGER)_.+$/,
    expected: 'OTEL_EXPORTER_OTLP_ENDPOINT: spans are sent by OTLP',
    fix: 'Jaeger takes that itself, Zipkin through the OpenTelemetry Collector. It is ignored.',
  },
];

/** Warns of what is set and has no effect, once for each thing that it would be about. */
export function warnWithoutEffect(draft: Draft): void {
  const variables = Object.keys(draft.env).sort();
  for (const { names, harmless, expected, fix } of GROUPS) {
    const source = variables.find((name) => names.test(name) && isSet(draft.env[name], harmless));
    if (source === undefined) continue;
    // Headers of logs are secret.
    const found = /HEADERS$|ENDPOINT$/.test(source) ? 'a value' : describeValue(draft.env[source]);
    draft.warnings.push({ path: '', found, expected, fix, source });
  }
}

function isSet(value: string | undefined, harmless: RegExp | undefined): boolean {
  const text = value?.trim() ?? '';
  return text !== '' && harmless?.test(text) !== true;
}
