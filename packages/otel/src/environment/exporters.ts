import type { OtlpOptions } from '../options.ts';
import { type Draft, readVariable, setOption } from './draft.ts';
import { choiceListParser } from './parse-values.ts';

const SIGNALS = {
  metrics: {
    variable: 'OTEL_METRICS_EXPORTER',
    parse: choiceListParser(['otlp', 'prometheus', 'console'], {
      logging: 'It is deprecated: use console.',
      'otlp/stdout': 'It is not offered: use console.',
    }),
  },
  traces: {
    variable: 'OTEL_TRACES_EXPORTER',
    parse: choiceListParser(['otlp', 'console'], {
      zipkin: 'It is not offered: send OTLP, which Zipkin takes through the OpenTelemetry Collector.',
      jaeger: 'It is not offered: send OTLP, which Jaeger takes at ports 4317 and 4318.',
      logging: 'It is deprecated: use console.',
      'otlp/stdout': 'It is not offered: use console.',
    }),
  },
} as const;

/**
 * Applies `OTEL_METRICS_EXPORTER` and `OTEL_TRACES_EXPORTER` to what the other variables said. Named exporters are on
 * and the others off; `otlp` needs an endpoint, and takes the default one only when it is named here, so that no
 * process tries to reach a collector that nobody spoke of.
 */
export function applyExporters(draft: Draft): void {
  const otlp = typeof draft.options.otlp === 'object' ? draft.options.otlp : {};
  for (const signal of ['metrics', 'traces'] as const) {
    const { variable, parse } = SIGNALS[signal];
    // It says several options, so it is the variable itself that is wrong, and none of them.
    const names = readVariable<readonly string[]>(draft, variable, '', parse);
    if (names === undefined) continue;
    applyOtlp(draft, signal, names.includes('otlp'), otlp, variable);
    if (names.includes('console')) setOption(draft, `console.${signal}`, true, variable);
    if (signal === 'metrics') applyPrometheus(draft, names.includes('prometheus'), variable);
  }
}

function applyOtlp(
  draft: Draft,
  signal: 'metrics' | 'traces',
  on: boolean,
  otlp: OtlpOptions,
  variable: string,
): void {
  const own = otlp[signal];
  if (!on) setOption(draft, `otlp.${signal}`, false, variable);
  else if (otlp.endpoint === undefined && (!own || own.endpoint === undefined)) {
    setOption(draft, `otlp.${signal}.enabled`, true, variable);
  }
}

function applyPrometheus(draft: Draft, on: boolean, variable: string): void {
  if (!on) setOption(draft, 'prometheus', false, variable);
  else if (draft.options.prometheus === undefined) setOption(draft, 'prometheus', true, variable);
}
