import { FastifyOtelInstrumentation } from '@fastify/otel';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { getMeter, init, instrumentFunction } from '@org/instrument';
import type { ContenderModule, Telemetry } from '../service/telemetry.ts';
import { ordersOn } from './orders-on-meter.ts';

/** Ours: with the instrumentations, or with one decorated function in their place. */
export const start: ContenderModule['start'] = async ({ metricsPort, otlp, isTraced, isDecorated }) => {
  const fastifyInstrumentation = isDecorated ? undefined : new FastifyOtelInstrumentation();
  const telemetry = init({
    serviceName: 'shop',
    prometheus: { port: metricsPort },
    ...(isTraced ? { otlp: { endpoint: otlp, metrics: false } } : { traces: false }),
    instrumentations:
      fastifyInstrumentation === undefined ? [] : [new HttpInstrumentation(), fastifyInstrumentation],
  });
  await telemetry.ready;
  const wrap: Telemetry['wrap'] = (place) => instrumentFunction(place, 'shop.place');
  return {
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    install: async (app) => {
      if (fastifyInstrumentation !== undefined) await app.register(fastifyInstrumentation.plugin());
    },
    ...(isDecorated ? { wrap } : {}),
    orderPlaced: ordersOn(getMeter('shop')),
  };
};
