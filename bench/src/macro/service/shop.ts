import { type Order, SKUS } from '../order.ts';

/** What a placed order is answered with. */
export interface Receipt extends PricedOrder {
  readonly number: number;
}

/** An order with what it costs, in cents. */
export interface PricedOrder {
  readonly currency: string;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly lines: readonly { sku: string; quantity: number; price: number; amount: number }[];
}

/** The work of a request, without any telemetry. */
export interface Shop {
  place(order: Order): Promise<Receipt>;
}

const TAX = 0.19;
/** From this many pieces of one thing on there is a discount. */
const WHOLESALE = 5;
const DISCOUNT = 0.1;

/** What is sold, and its prices in cents. */
export function createCatalogue(): Map<string, number> {
  return new Map(Array.from({ length: SKUS }, (_, i) => [`sku-${i}`, 199 + ((i * 7919) % 9_800)]));
}

/** Puts a price on an order. Throws for what is not sold. */
export function priced({ currency, lines }: Order, prices: ReadonlyMap<string, number>): PricedOrder {
  const pricedLines = lines.map(({ sku, quantity }) => {
    const price = prices.get(sku);
    if (price === undefined) throw new Error(`There is no ${sku}`);
    const discount = quantity >= WHOLESALE ? DISCOUNT : 0;
    return { sku, quantity, price, amount: Math.round(price * quantity * (1 - discount)) };
  });
  const net = pricedLines.reduce((sum, { amount }) => sum + amount, 0);
  const tax = Math.round(net * TAX);
  return { currency, net, tax, total: net + tax, lines: pricedLines };
}
