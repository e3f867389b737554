/** Swallows the rejection of what a callback returned by mistake, such as the promise of an async function. */
export function discard(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}
