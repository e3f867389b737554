/** URLs by the names of what listens there. */
type Urls = Readonly<Record<string, string | undefined>>;

/**
 * Endpoints that are read anew each time, since what listens comes and goes. Unlike plain getters they show their URLs when
 * they are printed.
 */
export function liveEndpoints<E extends { readonly [K in keyof E]: string | undefined }>(
  urls: {
    readonly [K in keyof E]: () => string | undefined;
  },
): E {
  const endpoints = {};
  for (const [name, read] of Object.entries<() => string | undefined>(urls)) {
    Object.defineProperty(endpoints, name, { get: read, enumerable: true });
  }
  // Node.js: what `console.log` and `util.inspect` ask for, of any copy of the module.
  Object.defineProperty(endpoints, Symbol.for('nodejs.util.inspect.custom'), {
    value: (): Urls => ({ ...endpoints }),
  });
  return endpoints as E;
}
