import { types } from 'node:util';
import type { EncodeCall } from './call.ts';
import { kindOf } from './kind.ts';

/** The end of the year 9999: beyond, ISO 8601 needs an agreement. */
const LAST_MILLIS = 253_402_300_799_999;

/** How long it took, in milliseconds. */
export function encodeDuration(given: unknown, call: EncodeCall): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'number' && Number.isFinite(given) && given >= 0) return given === 0 ? 0 : given;
  const expected = 'a finite number of milliseconds, at least 0';
  call.complain({ path: 'durationMillis', found: kindOf(given), expected });
  return undefined;
}

/** When it began, in ISO 8601: as given, or as follows from how long it took; `undefined` where neither is known. */
export function encodeStartTime(
  given: unknown,
  durationMillis: number | undefined,
  time: string,
  call: EncodeCall,
): string | undefined {
  if (given === undefined) {
    return durationMillis === undefined ? undefined : isoOf(Math.round(Date.parse(time) - durationMillis));
  }
  const millis = types.isDate(given) ? Date.prototype.getTime.call(given) : given;
  const iso = typeof millis === 'number' ? isoOf(millis) : undefined;
  if (iso !== undefined) return iso;
  call.complain({
    path: 'startTime',
    found: types.isDate(given) ? 'a Date that is invalid, or before 1970, or after 9999' : kindOf(given),
    expected: 'Unix time in milliseconds, or a Date, from 1970 to 9999',
  });
  return undefined;
}

// Operations of one millisecond have begun at the same time; making the text costs more than all else here.
let lastMillis = 0;
let lastText = new Date(0).toISOString();

function isoOf(millis: number): string | undefined {
  if (!(millis >= 0 && millis <= LAST_MILLIS)) return undefined;
  if (millis !== lastMillis) {
    lastMillis = millis;
    lastText = new Date(millis).toISOString();
  }
  return lastText;
}
