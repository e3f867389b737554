import type { Meter } from '@opentelemetry/api';
import type { Telemetry } from '../service/telemetry.ts';

/** The service's own metrics through the API of OpenTelemetry: the same code on the SDK's meter and on ours. */
export function ordersOn(meter: Meter): NonNullable<Telemetry['orderPlaced']> {
  const orders = meter.createCounter('shop.orders');
  const pieces = meter.createCounter('shop.pieces');
  const value = meter.createHistogram('shop.order.value');
  return ({ region, plan, category, currency, lines }, { total }) => {
    const attributes = { region, plan, category };
    orders.add(1, attributes);
    pieces.add(
      lines.reduce((sum, { quantity }) => sum + quantity, 0),
      attributes,
    );
    value.record(total / 100, { region, plan, currency });
  };
}
