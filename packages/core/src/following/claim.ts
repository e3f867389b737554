import type { Followed } from './followed.ts';
import { Stamp } from './stamp.ts';

/** What is asked of a call here. */
type Running = Pick<Followed<unknown>, 'ended' | 'startMillis'>;

/**
 * Claims an object for the call that is about to follow it in place. `false` when it is handed on rather than made: a
 * call that began before follows it still, and one more for each `return this` would tell the same end again and again,
 * through ever deeper overlays. The function around the one that made the object began before it, and claims it too.
 */
export function claim(call: Running, target: object): boolean {
  const holder = Claim.holderOf(target);
  if (holder !== undefined && holder !== call && isHandedOn(call, holder)) return false;
  if (Object.isExtensible(target)) Claim.put(target, call);
  return true;
}

/** The object may be claimed again, though the call goes on: it is not through the object any more that it ends. */
export function release(target: object): void {
  if (Claim.holderOf(target) !== undefined) Claim.put(target, undefined);
}

/** Whether a call got from its function what `holder` follows already. Where a begin is not known, it did not. */
export function isHandedOn(call: Running, holder: Running): boolean {
  if (holder.ended || call.startMillis === undefined || holder.startMillis === undefined) return false;
  return call.startMillis > holder.startMillis;
}

class Claim extends Stamp {
  #holder: Running | undefined;

  static holderOf(target: object): Running | undefined {
    return #holder in target ? target.#holder : undefined;
  }

  static put(target: object, holder: Running | undefined): void {
    const claim = #holder in target ? target : new Claim(target);
    claim.#holder = holder;
  }
}
