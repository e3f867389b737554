/** Any function, of whatever parameters and result. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * What the compiler cannot know: a decorator factory is called before TypeScript looks at the decorated method. Name
 * the method (`instrumentPerformance<Orders['price']>({ … })`) or annotate the callback to have it checked.
 */
export type Untyped = ReturnType<JSON['parse']>;

/** The function type that callbacks see when none is named. */
export type UntypedFunction = (...args: Untyped[]) => Untyped;

/**
 * What callbacks get as the result of a function: awaited, and for a generator, promised or not, what it returned. What
 * is only said to be an iterator may be a generator, or be given as it is.
 */
export type ResultOf<F extends AnyFunction> =
  Awaited<ReturnType<F>> extends Generator<unknown, infer R, never> | AsyncGenerator<unknown, infer R, never>
    ? R
    : Awaited<ReturnType<F>> extends
          | Iterator<unknown, infer R, never>
          | AsyncIterator<unknown, infer R, never>
      ? Awaited<R> | Awaited<ReturnType<F>>
      : Awaited<ReturnType<F>>;
