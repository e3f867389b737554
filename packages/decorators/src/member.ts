import { CallSite, type Locate } from './call-site.ts';
import { classOf, declaringClass, type Member, memberNames } from './names.ts';
import type { Settings } from './validate-options.ts';
import { type Target, wrap } from './wrap.ts';
import { yieldsItems } from './yields-items.ts';

/** Instruments a member of a class that is known only once the member is called (TC39 decorators). */
export function wrapUnplaced(fn: Target, settings: Settings, member: Member): Target {
  let wrapper: Target | undefined;
  const locate: Locate = (self) => {
    const owner = wrapper && declaringClass(self, member, wrapper);
    return owner && memberNames(owner, member);
  };
  const site = new CallSite(settings, locate, memberNames(undefined, member), yieldsItems(fn));
  wrapper = wrap(fn, site);
  return wrapper;
}

/**
 * Instruments a member of a known class: `holder` is the class or its prototype. `prefix` takes the place of the
 * class's name in the name of the operation.
 */
function wrapPlaced(fn: Target, settings: Settings, member: Member, holder: object, prefix?: string): Target {
  const names = memberNames(classOf(holder), member, prefix);
  return wrap(fn, new CallSite(settings, () => names, names, yieldsItems(fn)));
}

/** The descriptor of a method or accessor with its functions instrumented; it is looked at, never called. */
export function wrapDescriptor(
  descriptor: PropertyDescriptor,
  settings: Settings,
  key: string | symbol,
  holder: object,
  prefix?: string,
): PropertyDescriptor {
  const instrument = (fn: unknown, kind: Member['kind']): unknown => {
    if (typeof fn !== 'function') return fn;
    return wrapPlaced(
      fn as Target,
      settings,
      { key, kind, isPrivate: false, metadata: undefined },
      holder,
      prefix,
    );
  };
  if ('value' in descriptor) return { ...descriptor, value: instrument(descriptor.value, 'method') };
  return {
    ...descriptor,
    get: instrument(descriptor.get, 'get') as (() => unknown) | undefined,
    set: instrument(descriptor.set, 'set') as ((value: unknown) => void) | undefined,
  } as PropertyDescriptor;
}
