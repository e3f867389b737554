/** A method that takes the place of another. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * The method `key` of `target`, own or inherited, found through property descriptors: no getter runs. `undefined` for
 * an accessor and for what is no function.
 */
export function methodOf(target: object, key: string | symbol): Method | undefined {
  for (let holder: object | null = target; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const found = Object.getOwnPropertyDescriptor(holder, key);
    if (found !== undefined) return typeof found.value === 'function' ? (found.value as Method) : undefined;
  }
  return undefined;
}

/**
 * Lays `replacement` over a method of `target` as its own property, invisible to enumeration where the original was.
 * Returns what takes it away again: at once, or together with the other of ours that was laid over it. Under one of
 * somebody else's it stays.
 *
 * @throws TypeError when `target` is frozen, or a proxy refuses.
 */
export function overlay(target: object, key: string | symbol, replacement: Method): () => void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
  return () => {
    if (Object.getOwnPropertyDescriptor(target, key)?.value !== replacement) buried.set(replacement, own);
    else putBack(target, key, own);
  };
}

/** Replacements to be taken away that lay under another, and what lies under them. */
const buried = new WeakMap<Method, PropertyDescriptor | undefined>();

function putBack(target: object, key: string | symbol, below: PropertyDescriptor | undefined): void {
  let own = below;
  while (own !== undefined && buried.has(own.value)) own = buried.get(own.value);
  if (own === undefined) Reflect.deleteProperty(target, key);
  else Reflect.defineProperty(target, key, own);
}

/** Whether {@link overlay} will work for all the keys. */
export function accepts(target: object, keys: readonly (string | symbol)[]): boolean {
  return keys.every((key) => {
    const own = Object.getOwnPropertyDescriptor(target, key);
    return own === undefined ? Object.isExtensible(target) : own.configurable === true;
  });
}
