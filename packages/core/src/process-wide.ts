/** Raised when what is shared changes its shape: copies of older versions go by themselves then. */
const FORMAT = 1;

/**
 * What a process has once, however often this package is loaded: as an ES module and by `require`, by a loader that keeps the two
 * apart (tsx in a CommonJS package does), or from two places of `node_modules`. Without it, what is recorded through one copy would never
 * be seen by the readers of the other.
 */
export function processWide<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`@org/instrument/${FORMAT}/${name}`);
  const shared = globalThis as unknown as Record<symbol, T | undefined>;
  shared[key] ??= make();
  return shared[key];
}
