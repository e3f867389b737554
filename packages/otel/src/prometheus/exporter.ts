import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Collection } from '@org/instrument-core';
import { tell } from '@org/instrument-core';
import { DEFAULT_HOST } from '../default-address.ts';
import { integerParser, type Parser, parseText } from '../environment/parse-values.ts';
import type { PrometheusOptions } from '../options.ts';
import type { Exposition } from './exposition.ts';
import {
  createMetricsHandler,
  createPathHandler,
  type MetricsHandler,
  type ServedRoutes,
} from './handler.ts';
import { pathOf } from './request-path.ts';
import { createScrape } from './scrape.ts';
import { collectionOf } from './sdk-metric.ts';
import { createSerializer } from './serializer.ts';
import { createMetricsServer, type ListeningAddress, type MetricsServer } from './server.ts';

const DEFAULT_PATH = '/metrics';
const MAX_PORT = 65_535;
const SET_BY = {
  host: 'prometheus.host (OTEL_EXPORTER_PROMETHEUS_HOST)',
  port: 'prometheus.port (OTEL_EXPORTER_PROMETHEUS_PORT)',
};

/** Options of {@link InstrumentPrometheusExporter}. */
export interface InstrumentPrometheusExporterOptions extends PrometheusOptions {
  /** Collects from the engine, for cumulative temporality. */
  collect: () => Promise<Collection>;
  /** Attributes of the resource; asked for at each scrape, since some are detected late. Default none. */
  resource?: () => Attributes;
  /** Further sources of metrics, shown behind those of the engine. One that fails is left out of that scrape. */
  metricProducers?: readonly MetricProducer[];
  /** What the server answers beside the metrics. Default nothing. */
  routes?: ServedRoutes | undefined;
}

/**
 * Serves `/metrics`: the SDK's Prometheus exporter with our serializer and server in the place of its own. Nothing
 * listens before {@link start}. Added to an SDK `MeterProvider` as a reader, it shows that provider's metrics too.
 */
export class InstrumentPrometheusExporter extends PrometheusExporter {
  readonly #producers: MetricProducer[];
  readonly #handler: MetricsHandler;
  readonly #server: MetricsServer;

  constructor(options: InstrumentPrometheusExporterOptions) {
    super({ preventServerStart: true });
    // One slash in front: two would be a host.
    const path = pathOf((options.path ?? DEFAULT_PATH).replace(/^\/*/, '/')) ?? DEFAULT_PATH;
    this.#producers = [...(options.metricProducers ?? [])];
    this.#handler = createMetricsHandler(
      createScrape({
        collect: () => collectAll(options, this.#producers),
        serializer: createSerializer({
          prefix: options.prefix,
          appendTimestamp: options.appendTimestamp,
          resourceLabels: regExpOf(options.resourceLabels),
          withoutScopeInfo: options.withoutScopeInfo,
          withoutTargetInfo: options.withoutTargetInfo,
        }),
      }),
    );
    this.#server = createMetricsServer({
      // An empty host would be every interface there is.
      host: options.host || readVariable('OTEL_EXPORTER_PROMETHEUS_HOST', parseText) || DEFAULT_HOST,
      port:
        options.port ??
        readVariable('OTEL_EXPORTER_PROMETHEUS_PORT', integerParser(0, MAX_PORT)) ??
        PrometheusExporter.DEFAULT_OPTIONS.port,
      path,
      setBy: SET_BY,
      handler: createPathHandler(path, this.#handler, options.routes),
    });
  }

  /**
   * Listens, and tells where. Rejects, never throws, when it cannot: the error's `code` is Node's (`EADDRINUSE`), and
   * it may be tried again.
   */
  start(): Promise<ListeningAddress> {
    return this.#server.start();
  }

  /** Stops listening; connections still in use are cut after `graceMillis`, by default 1,000. Never rejects. */
  close(graceMillis?: number): Promise<void> {
    return this.#server.close(graceMillis);
  }

  override async startServer(): Promise<void> {
    await this.start();
  }

  override stopServer(): Promise<void> {
    return this.close();
  }

  /** Answers a request of a server of the user's own, whatever its path. */
  override getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void {
    this.#handler(request, response);
  }

  protected override onInitialized(): void {
    this.#producers.unshift({ collect: (options) => this.collect(options) });
  }
}

async function collectAll(
  options: InstrumentPrometheusExporterOptions,
  producers: readonly MetricProducer[],
): Promise<Exposition> {
  const [own, ...others] = await Promise.all([options.collect(), ...producers.map(collectFrom)]);
  const collections = [own, ...others.filter((collection) => collection !== undefined)];
  for (const { errors } of collections) {
    if (errors.length > 0) tell('error', 'Prometheus: errors while collecting', ...errors);
  }
  return { resource: options.resource?.() ?? {}, collections };
}

async function collectFrom(producer: MetricProducer): Promise<Collection | undefined> {
  try {
    const { resourceMetrics, errors } = await producer.collect();
    return collectionOf(resourceMetrics.scopeMetrics, errors);
  } catch (error) {
    tell('error', 'Prometheus: a metric producer failed; its metrics are left out of this scrape', error);
    return undefined;
  }
}

function regExpOf(pattern: RegExp | string | undefined): RegExp | undefined {
  return typeof pattern === 'string' ? new RegExp(pattern) : pattern;
}

/** What a variable says by the rules of all of them; `undefined` when it is unset, empty or ignored with a warning. */
function readVariable<T>(name: string, parse: Parser<T>): T | undefined {
  const text = process.env[name]?.trim();
  return text ? parse(text).value : undefined;
}
