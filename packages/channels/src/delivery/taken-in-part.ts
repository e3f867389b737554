import type { Rejection } from '../channel.ts';
import type { DeliveryError } from '../delivery-error.ts';
import { type Failure, failureOf } from './failure.ts';

/** A recipient that lacks what others have. */
export interface Lacking {
  readonly recipient: string;
  /** `undefined`: it was not tried, since an earlier one of its key waits for this recipient. */
  readonly error?: DeliveryError;
}

/** What a channel returns of a notification that some of its recipients have: the others get it by themselves. */
export interface TakenInPart extends Rejection {
  readonly lacking: readonly Lacking[];
}

/** Recipients that lack a notification, and why, as far as they were tried. */
export type Lack = ReadonlyMap<string, Failure | undefined>;

/** Reads a rejection by its members; `undefined` when nobody has taken it. */
export function lackOf(rejection: unknown): Lack | undefined {
  const { lacking } = (rejection ?? {}) as { readonly lacking?: unknown };
  if (!Array.isArray(lacking)) return undefined;
  const lack = new Map<string, Failure | undefined>();
  for (const one of lacking as readonly (Partial<Lacking> | null | undefined)[]) {
    if (typeof one?.recipient !== 'string') continue;
    lack.set(one.recipient, one.error === undefined ? undefined : failureOf(one.error));
  }
  return lack;
}
