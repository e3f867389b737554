/** Parts a list, in order, so that no part weighs more than `max`, save a single one that does by itself. */
export function chunksOf<T>(items: readonly T[], weigh: (item: T) => number, max: number): T[][] {
  const chunks: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const own = weigh(item);
    const last = chunks.at(-1);
    if (last === undefined || weight + own > max) {
      chunks.push([item]);
      weight = own;
    } else {
      last.push(item);
      weight += own;
    }
  }
  return chunks;
}
