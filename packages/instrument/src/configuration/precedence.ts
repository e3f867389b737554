import { forget, type Layer, type Merged, NOTHING, overlay } from './merge.ts';
import { joinPath } from './path.ts';
import { options } from './schema/options-rule.ts';
import { isSettings } from './schema/rule.ts';

/** Resource attributes that have an option of their own. */
const NAMED_ATTRIBUTES = {
  'service.name': 'serviceName',
  'service.version': 'serviceVersion',
  'deployment.environment.name': 'environment',
} as const;

/** Settings that exist for all OTLP signals and for each. */
const SHARED_BY_SIGNALS = ['endpoint', 'protocol', 'compression', 'timeout'];

/**
 * Puts the sources over each other, the weakest first, so that a stronger source wins whatever way it says a thing:
 * `attributes['service.name']` in code over `serviceName` in a file, `otlp.endpoint` in code over
 * `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`.
 */
export function mergeSources(layers: readonly Layer[]): Merged {
  let merged = NOTHING;
  for (const layer of layers) {
    const lifted = liftInterval(liftAttributes(layer));
    merged = overlay(options, clearSignals(merged, lifted.values), lifted);
  }
  return merged;
}

/** Turns the attributes that have an option into it. Beside that option in the same source they say nothing. */
function liftAttributes({ values, sourceOf }: Layer): Layer {
  const { attributes, ...rest } = values as Record<string, unknown>;
  if (!isSettings(attributes)) return { values, sourceOf };
  const kept: Record<string, unknown> = { ...attributes };
  const origins = new Map<string, string>();
  for (const [attribute, option] of Object.entries(NAMED_ATTRIBUTES)) {
    const value = kept[attribute];
    if (typeof value !== 'string') continue;
    delete kept[attribute];
    if (rest[option] !== undefined || value === '') continue;
    rest[option] = value;
    origins.set(option, `attributes["${attribute}"]`);
  }
  const lifted = Object.keys(kept).length === 0 ? rest : { ...rest, attributes: kept };
  return { values: lifted, sourceOf: (path) => sourceOf(origins.get(path) ?? path) };
}

/** Turns `metricExportIntervalMillis` into `metrics.interval`. Beside that option in the same source it says nothing. */
function liftInterval({ values, sourceOf }: Layer): Layer {
  const { metricExportIntervalMillis: interval, ...rest } = values as Record<string, unknown>;
  const metrics = rest.metrics === true ? {} : (rest.metrics ?? {});
  if (interval === undefined || !isSettings(metrics) || metrics.interval !== undefined) {
    return { values: rest, sourceOf };
  }
  return {
    values: { ...rest, metrics: { ...metrics, interval } },
    sourceOf: (path) => sourceOf(path === 'metrics.interval' ? 'metricExportIntervalMillis' : path),
  };
}

/** What a stronger source says for all OTLP signals takes the place of what a weaker one says for one of them. */
function clearSignals(below: Merged, above: object): Merged {
  const { otlp: stronger } = above as { otlp?: unknown };
  const { otlp: weaker } = below.values;
  if (!isSettings(stronger) || !isSettings(weaker)) return below;
  const sources = new Map(below.sources);
  const otlp: Record<string, unknown> = { ...weaker };
  for (const signal of ['metrics', 'traces']) {
    const settings = otlp[signal];
    if (!isSettings(settings)) continue;
    const kept: Record<string, unknown> = { ...settings };
    for (const key of SHARED_BY_SIGNALS.filter((shared) => stronger[shared] !== undefined)) {
      delete kept[key];
      forget(sources, `otlp.${signal}.${key}`);
    }
    if (isSettings(kept.headers) && isSettings(stronger.headers)) {
      const names = new Set(Object.keys(stronger.headers).map((name) => name.toLowerCase()));
      const isReplaced = (name: string) => names.has(name.toLowerCase());
      const headers = Object.entries(kept.headers);
      kept.headers = Object.fromEntries(headers.filter(([name]) => !isReplaced(name)));
      for (const [name] of headers.filter(([name]) => isReplaced(name))) {
        sources.delete(joinPath(`otlp.${signal}.headers`, name));
      }
    }
    otlp[signal] = kept;
  }
  return { values: { ...below.values, otlp }, sources };
}
