// What the service sells, for both of its ends: the load makes orders of it, the service prices them.

/** Body of a request. */
export interface Order {
  readonly region: string;
  readonly plan: string;
  readonly category: string;
  readonly currency: string;
  readonly customer: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

const REGIONS = 10;
const PLANS = 5;
const CATEGORIES = 32;
const CURRENCIES = ['EUR', 'USD'];
const LINES = 5;
/** Things that are sold. */
export const SKUS = 200;

/** Orders that differ in their attributes: region × plan × category. */
export const ORDERS: number = REGIONS * PLANS * CATEGORIES;

/** The order of this number, 0 to {@link ORDERS}: the same each time. */
export function orderOf(index: number): Order {
  const category = Math.floor(index / (REGIONS * PLANS)) % CATEGORIES;
  return {
    region: `region-${index % REGIONS}`,
    plan: `plan-${Math.floor(index / REGIONS) % PLANS}`,
    category: `category-${category}`,
    currency: CURRENCIES[category % CURRENCIES.length] as string,
    customer: `customer-${index}`,
    lines: Array.from({ length: LINES }, (_, line) => ({
      sku: `sku-${(index * LINES + line * 7) % SKUS}`,
      quantity: 1 + ((index + line) % 9),
    })),
  };
}
