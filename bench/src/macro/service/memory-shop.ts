import { createCatalogue, priced, type Shop } from './shop.ts';

/**
 * Keeps nothing but a count, so that a request is as little work as it can be: the answer comes with a later turn of the
 * event loop, as that of a data base would, so that requests overlap.
 */
export function createMemoryShop(): Shop {
  const prices = createCatalogue();
  let orders = 0;
  const save = (): Promise<number> => new Promise((resolve) => setImmediate(() => resolve(++orders)));
  return {
    async place(order) {
      const placed = priced(order, prices);
      return { number: await save(), ...placed };
    },
  };
}
