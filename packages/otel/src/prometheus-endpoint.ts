import { diag } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { countSelf, type MeterProvider } from '@org/instrument-core';
import { startDeadline } from './deadline.ts';
import { messageOf } from './message-of.ts';
import type { PrometheusOptions } from './options.ts';
import { InstrumentPrometheusExporter } from './prometheus/exporter.ts';

/** First and longest wait before listening is tried again: a restarted service finds its port free within seconds. */
const FIRST_RETRY_MILLIS = 1_000;
const MAX_RETRY_MILLIS = 30_000;
/** Longest wait for resource attributes that are detected late. */
const MAX_DETECTION_MILLIS = 1_000;

/** The endpoint as it runs. */
export interface PrometheusEndpoint {
  /** URL of the metrics while something listens. */
  readonly url: string | undefined;
  /** Settles with the first attempt to listen, whether or not it went well. */
  readonly ready: Promise<void>;
  close(graceMillis: number): Promise<void>;
}

/** Serves `/metrics`; a port that is taken is tried again until it is free or the endpoint is closed. */
export function startPrometheusEndpoint(
  options: PrometheusOptions,
  resource: Resource,
  provider: MeterProvider,
): PrometheusEndpoint {
  const collector = provider.addCollector();
  const exporter = new InstrumentPrometheusExporter({
    ...options,
    collect: () => collector.collect({ timeoutMillis: 10_000 }),
    resource: () => resource.attributes,
  });
  let url: string | undefined;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  const listen = async (waitMillis: number): Promise<void> => {
    if (isClosed) return;
    try {
      ({ url } = await exporter.start());
    } catch (error) {
      if (isClosed) return;
      countSelf('instrument.faults', 'prometheus');
      diag.error(`${messageOf(error)} Trying again in ${waitMillis / 1_000} s.`);
      retry = setTimeout(() => void listen(Math.min(waitMillis * 2, MAX_RETRY_MILLIS)), waitMillis);
      retry.unref();
    }
  };
  const ready = settled(resource).then(() => listen(FIRST_RETRY_MILLIS));
  return {
    get url(): string | undefined {
      return url;
    },
    ready,
    async close(graceMillis) {
      isClosed = true;
      clearTimeout(retry);
      await exporter.close(graceMillis);
      collector.close();
      url = undefined;
    },
  };
}

/** Waits for the attributes that are detected late, such as the host's id, but not for long: metrics come first. */
async function settled(resource: Resource): Promise<void> {
  if (resource.asyncAttributesPending !== true) return;
  const deadline = startDeadline(MAX_DETECTION_MILLIS);
  await deadline.wait(resource.waitForAsyncAttributes?.() ?? Promise.resolve(), () => {});
}
