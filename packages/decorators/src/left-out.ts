import { tell } from '@org/instrument-core';

/** What a class and its decorated members have in common: the holder of the member, or TC39 metadata of the class. */
type Owner = object;

/** Where a member is remembered. */
export type Place = readonly [owner: Owner | undefined, key: string];

/** What `@instrumented.skip` marked, and no class decorator has met yet. */
interface Mark {
  readonly method: object;
  readonly place: Place;
}

/**
 * Holds the function that was marked. A property, because wrappers that keep the properties of what they wrap, as those
 * of `@audited` do, are then marked too.
 */
const LEFT_OUT: symbol = Symbol.for('@org/instrument.left-out');
const keysOf = new WeakMap<Owner, Set<string>>();
const unmet = new Set<Mark>();

/** Place of a member; metadata is shared by static members and the others. */
export function placeOf(owner: Owner | undefined, key: string | symbol, isStatic: boolean): Place {
  return [owner, `${isStatic ? 'static ' : ''}${String(key)}`];
}

/**
 * `@instrumented` is to leave out this function wherever it finds it, and what stands in this place, where another
 * decorator has put a function of its own.
 */
export function leaveOut(method: object, [owner, key]: Place): void {
  if (!Object.hasOwn(method, LEFT_OUT)) {
    Reflect.defineProperty(method, LEFT_OUT, { value: method, configurable: true });
  }
  if (owner === undefined) return;
  const keys = keysOf.get(owner) ?? new Set();
  keys.add(key);
  keysOf.set(owner, keys);
}

/**
 * Says so when no class decorator meets the method, because another decorator has put a function in its place and the
 * compiler emits no metadata. The decorators of one class are called at one go, so that a microtask comes after them.
 */
export function expectClass(method: object, place: Place): void {
  if (unmet.size === 0) queueMicrotask(tellUnmet);
  unmet.add({ method, place });
}

/** Whether `@instrumented` is to leave out the method that it found in these places. */
export function isLeftOut(method: object, places: readonly Place[]): boolean {
  const marked: unknown = Object.getOwnPropertyDescriptor(method, LEFT_OUT)?.value;
  const isKnown = places.some(([owner, key]) => owner !== undefined && keysOf.get(owner)?.has(key) === true);
  if (marked === undefined && !isKnown) return false;
  for (const mark of unmet) {
    const [markOwner, markKey] = mark.place;
    const isThere = places.some(
      ([owner, key]) => owner !== undefined && owner === markOwner && key === markKey,
    );
    if (mark.method === marked || isThere) unmet.delete(mark);
  }
  return true;
}

function tellUnmet(): void {
  for (const { place } of unmet) {
    tell(
      'warn',
      `decorators: @instrumented.skip on ${place[1]} has no effect, as no @instrumented class has that method. ` +
        'Where another decorator stands above it, put @instrumented.skip on top.',
    );
  }
  unmet.clear();
}
