interface Reflection {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

/**
 * Makes a wrapper look like what it wraps: `name`, `length`, `prototype` and all other properties of its own
 * (descriptors are copied, no getter runs), its class (`AsyncFunction`, `GeneratorFunction`), and what
 * `reflect-metadata` keeps of it.
 */
export function keepShape(wrapper: object, fn: object): void {
  // A function of which `new` makes nothing has no `prototype`; a wrapper's cannot be deleted.
  (wrapper as { prototype?: unknown }).prototype = undefined;
  for (const key of Reflect.ownKeys(fn)) {
    // Own properties of sloppy functions in V8, which strict ones must not have.
    if (key === 'arguments' || key === 'caller') continue;
    const descriptor = Object.getOwnPropertyDescriptor(fn, key);
    if (descriptor !== undefined) Reflect.defineProperty(wrapper, key, descriptor);
  }
  const prototype = Object.getPrototypeOf(fn);
  if (prototype !== Object.getPrototypeOf(wrapper)) Object.setPrototypeOf(wrapper, prototype);
  copyMetadata(wrapper, fn);
}

function copyMetadata(to: object, from: object): void {
  const reflection = Reflect as Reflection;
  if (typeof reflection.getOwnMetadataKeys !== 'function') return;
  for (const key of reflection.getOwnMetadataKeys(from)) {
    reflection.defineMetadata?.(key, reflection.getOwnMetadata?.(key, from), to);
  }
}
