/** The same as `start-ours.ts` with the peer: no logs, and no traces since nothing takes them. */
const begun = performance.now();
const { NodeSDK } = await import('@opentelemetry/sdk-node');
const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
const { metrics } = await import('@opentelemetry/api');
const exporter = new PrometheusExporter({ host: '127.0.0.1', preventServerStart: true, port: 0 });
const sdk = new NodeSDK({
  serviceName: 'bench',
  metricReaders: [exporter],
  spanProcessors: [],
  logRecordProcessors: [],
});
sdk.start();
const listening = exporter.startServer();
metrics.getMeter('bench').createCounter('started').add(1, { by: 'bench' });
const firstRecord = performance.now() - begun;
await listening;
process.send?.({ firstRecord, ready: performance.now() - begun });
await sdk.shutdown();

export {};
