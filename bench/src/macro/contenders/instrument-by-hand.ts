import { getMeter, init } from '@org/instrument';
import { DURATION_BOUNDS } from '../service/request-hook.ts';
import type { ContenderModule } from '../service/telemetry.ts';
import { ordersOn } from './orders-on-meter.ts';

/** Ours with the hook of `prom-client.ts`: what is left between the two is the engines. */
export const start: ContenderModule['start'] = async ({ metricsPort }) => {
  await init({ serviceName: 'shop', prometheus: { port: metricsPort }, traces: false }).ready;
  const meter = getMeter('shop');
  const requests = meter.createCounter('http.requests');
  const duration = meter.createHistogram('http.request.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [...DURATION_BOUNDS] },
  });
  return {
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    requestDone(labels, seconds) {
      requests.add(1, labels);
      duration.record(seconds, labels);
    },
    orderPlaced: ordersOn(meter),
  };
};
