const GENERATOR_FUNCTION: object = Object.getPrototypeOf(function* () {});
const ASYNC_GENERATOR_FUNCTION: object = Object.getPrototypeOf(async function* () {});

/** Whether a function is known to be a generator before it was called. */
export function yieldsItems(fn: object): boolean {
  const kind: unknown = Object.getPrototypeOf(fn);
  return kind === GENERATOR_FUNCTION || kind === ASYNC_GENERATOR_FUNCTION;
}
