const NONE = 'Remove it: nothing here stands for it.';
const LOGS = 'Remove it: there is no logs signal.';
const PROCESSORS = 'Write it as traces.processors, a list.';
const READERS = 'Say where metrics go with otlp, prometheus, console or statsd.';

/** What says the same here: options of `NodeSDK` (`@opentelemetry/sdk-node` 0.223, `NodeSDKConfiguration`) with another name. */
const HINTS: Readonly<Record<string, string>> = {
  autoDetectResources: 'Write resourceDetectors: [] to detect nothing.',
  contextManager: 'Remove it: contexts are always carried.',
  idGenerator: NONE,
  logRecordProcessor: LOGS,
  logRecordProcessors: LOGS,
  metricReader: READERS,
  metricReaders: READERS,
  resource: 'Write its attributes as attributes.',
  sampler: 'Write it as traces.sampler.',
  spanLimits: 'Write it as traces.limits, where attributeCountLimit is attributeCount.',
  spanProcessor: PROCESSORS,
  spanProcessors: PROCESSORS,
  textMapPropagator: 'Write it as propagators, a list.',
  traceExporter:
    'Say where spans go with otlp: { endpoint }, or put the exporter in a processor of traces.processors.',
  views: 'Write it as metrics.views.',
};

/** What to do about a key that is an option of `NodeSDK`, and none of ours. */
export function sdkNodeHint(key: string): string | undefined {
  return Object.hasOwn(HINTS, key) ? HINTS[key] : undefined;
}
