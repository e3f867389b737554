import { type Order, SKUS } from '../order.ts';

/** What a placed order is answered with. */
export interface Receipt {
  readonly number: number;
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

/** Prices and keeps orders, in memory. */
export function createShop(): Shop {
  const prices = new Map(Array.from({ length: SKUS }, (_, i) => [`sku-${i}`, 199 + ((i * 7919) % 9_800)]));
  let orders = 0;

  const priceOf = async (sku: string): Promise<number> => {
    const price = prices.get(sku);
    if (price === undefined) throw new Error(`There is no ${sku}`);
    return price;
  };
  // Stands for a data base: the answer comes with a later turn of the event loop, so that requests overlap.
  const save = (): Promise<number> => new Promise((resolve) => setImmediate(() => resolve(++orders)));

  return {
    async place({ currency, lines }) {
      const priced = await Promise.all(
        lines.map(async ({ sku, quantity }) => {
          const price = await priceOf(sku);
          const discount = quantity >= WHOLESALE ? DISCOUNT : 0;
          return { sku, quantity, price, amount: Math.round(price * quantity * (1 - discount)) };
        }),
      );
      const net = priced.reduce((sum, { amount }) => sum + amount, 0);
      const tax = Math.round(net * TAX);
      return { number: await save(), currency, net, tax, total: net + tax, lines: priced };
    },
  };
}
