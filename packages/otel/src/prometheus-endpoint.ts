import type { Resource } from '@opentelemetry/resources';
import type { MeterProvider } from '@org/instrument-core';
import { startDeadline } from './deadline.ts';
import { keepListening, type ServedEndpoint } from './keep-listening.ts';
import type { PrometheusOptions } from './options.ts';
import { InstrumentPrometheusExporter } from './prometheus/exporter.ts';
import type { ServedRoutes } from './prometheus/handler.ts';

/** Longest wait for callbacks: half of Prometheus' default `scrape_timeout`, so that what the others observed gets there. */
const MAX_CALLBACK_MILLIS = 5_000;
/** Longest wait for resource attributes that are detected late. */
const MAX_DETECTION_MILLIS = 1_000;

/** Serves `/metrics`, and the paths of `routes` beside it. */
export function startPrometheusEndpoint(
  options: PrometheusOptions,
  resource: Resource,
  provider: MeterProvider,
  routes?: ServedRoutes,
): ServedEndpoint {
  const collector = provider.addCollector();
  const exporter = new InstrumentPrometheusExporter({
    ...options,
    collect: () => collector.collect({ timeoutMillis: MAX_CALLBACK_MILLIS }),
    resource: () => resource.attributes,
    routes,
  });
  const endpoint = keepListening(exporter, 'prometheus', settled(resource));
  return {
    get url(): string | undefined {
      return endpoint.url;
    },
    ready: endpoint.ready,
    async close(graceMillis) {
      await endpoint.close(graceMillis);
      collector.close();
    },
  };
}

/** Waits for the attributes that are detected late, such as the host's id, but not for long: metrics come first. */
async function settled(resource: Resource): Promise<void> {
  if (resource.asyncAttributesPending !== true) return;
  const deadline = startDeadline(MAX_DETECTION_MILLIS);
  await deadline.wait(resource.waitForAsyncAttributes?.() ?? Promise.resolve(), () => {});
}
