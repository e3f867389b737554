import { reportFault } from '@org/instrument-core';
import { fitLine } from '../message/fit.ts';
import type { Link } from '../message/links.ts';
import type { Notification } from '../notification.ts';
import type { PagerDutyImage, PagerDutyLink } from './options.ts';

/** PagerDuty names no limits of these; twenty of each stay far below the bound of a request. */
const MAX_TEXT = 255;
const MAX_URL = 2_048;

/** A link as PagerDuty has it. */
export function asLink({ label, url }: Link): PagerDutyLink {
  return { href: url, text: label };
}

/** Links of the user's own; those that lead nowhere are left out. */
export function ownLinks(
  make: ((notification: Notification) => readonly PagerDutyLink[]) | undefined,
  notification: Notification,
): PagerDutyLink[] {
  return listOf('links', make, notification).flatMap(({ href, text }) =>
    isUrl(href) ? [{ href, ...textOf('text', text) }] : [],
  );
}

/** Pictures of the user's own; those that are nowhere are left out. */
export function ownImages(
  make: ((notification: Notification) => readonly PagerDutyImage[]) | undefined,
  notification: Notification,
): PagerDutyImage[] {
  return listOf('images', make, notification).flatMap(({ src, href, alt }) =>
    isUrl(src) ? [{ src, ...(isUrl(href) ? { href } : {}), ...textOf('alt', alt) }] : [],
  );
}

/** What a function of the user's gives; nothing when it throws, since an alert without links is better than none. */
function listOf<T extends object>(
  what: string,
  make: ((notification: Notification) => readonly T[]) | undefined,
  notification: Notification,
): Partial<T>[] {
  if (make === undefined) return [];
  try {
    const made: unknown = make(notification);
    if (!Array.isArray(made)) throw new TypeError(`it returned a value of type ${typeof made}`);
    return made.filter((one) => typeof one === 'object' && one !== null);
  } catch (error) {
    reportFault('channels', `${what} of PagerDuty`, error);
    return [];
  }
}

function textOf<K extends string>(key: K, text: unknown): { readonly [P in K]?: string } {
  return typeof text === 'string' ? ({ [key]: fitLine(text, MAX_TEXT) } as { [P in K]: string }) : {};
}

function isUrl(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= MAX_URL && /^https?:/i.test(value) && URL.canParse(value)
  );
}
