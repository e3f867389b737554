import { createServer } from 'node:http';
import promClient from 'prom-client';
import { DURATION_BOUNDS } from '../service/request-hook.ts';
import type { ContenderModule } from '../service/telemetry.ts';

const { Counter, Histogram, register } = promClient;

/** Boundaries of a histogram of OpenTelemetry, where none are given (specification, "Explicit bucket histogram"). */
const VALUE_BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

/** prom-client with a hook, as its users write it. */
export const start: ContenderModule['start'] = async ({ metricsPort }) => {
  const labelNames = ['method', 'route', 'status'];
  const requests = new Counter({ name: 'http_requests_total', help: 'Requests.', labelNames });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests.',
    labelNames,
    buckets: [...DURATION_BOUNDS],
  });
  const attributes = ['region', 'plan', 'category'];
  const orders = new Counter({ name: 'shop_orders_total', help: 'Orders.', labelNames: attributes });
  const pieces = new Counter({ name: 'shop_pieces_total', help: 'Pieces.', labelNames: attributes });
  const value = new Histogram({
    name: 'shop_order_value',
    help: 'Value of orders.',
    labelNames: ['region', 'plan', 'currency'],
    buckets: VALUE_BOUNDS,
  });
  const server = createServer(async (_request, response) => {
    response.setHeader('content-type', register.contentType);
    response.end(await register.metrics());
  });
  server.listen(metricsPort, '127.0.0.1');
  return {
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    requestDone(labels, seconds) {
      requests.inc(labels);
      duration.observe(labels, seconds);
    },
    orderPlaced({ region, plan, category, currency, lines }, { total }) {
      const labels = { region, plan, category };
      orders.inc(labels);
      pieces.inc(
        labels,
        lines.reduce((sum, { quantity }) => sum + quantity, 0),
      );
      value.observe({ region, plan, currency }, total / 100);
    },
  };
};
