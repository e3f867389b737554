import { FastifyOtelInstrumentation } from '@fastify/otel';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { ContenderModule } from '../service/telemetry.ts';
import { ordersOn } from './orders-on-meter.ts';

/** The SDK of OpenTelemetry as its documentation sets it up; without logs, and without traces unless asked for. */
export const start: ContenderModule['start'] = async ({ metricsPort, otlp, isTraced }) => {
  process.env.OTEL_LOGS_EXPORTER = 'none';
  const fastifyInstrumentation = new FastifyOtelInstrumentation();
  const sdk = new NodeSDK({
    serviceName: 'shop',
    metricReaders: [new PrometheusExporter({ host: '127.0.0.1', port: metricsPort })],
    instrumentations: [new HttpInstrumentation(), fastifyInstrumentation],
    ...(isTraced
      ? { traceExporter: new OTLPTraceExporter({ url: `${otlp}/v1/traces` }) }
      : { spanProcessors: [] }),
  });
  sdk.start();
  return {
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    install: async (app) => {
      await app.register(fastifyInstrumentation.plugin());
    },
    orderPlaced: ordersOn(metrics.getMeter('shop')),
  };
};
