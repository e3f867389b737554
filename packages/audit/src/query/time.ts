/** A year, a month, or a day (ISO 8601; years beyond four digits as ECMA-262, 21.4.1.32 has them). */
const DATE = /^(?:\d{4}|[+-]\d{6})(?:-\d\d(?:-\d\d)?)?$/;
const DAY = /-\d\d-\d\d$/;
/** Time of day: to the minute, the second or a part of it, and the offset of a zone. */
const TIME_OF_DAY = /^(\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-]\d\d)(?::?(\d\d))?)?$/i;

/** What `parseTime` takes, for messages. */
export const TIME_FORM =
  'an existing date or time in ISO 8601 such as 2026-11-25T10:00:00Z, in UTC unless it names a zone';

/**
 * Unix time in milliseconds of ISO 8601 text: a year, a month, a day, or a day with a time, after a `T` or a space (RFC 3339,
 * 5.6). Without a zone it is in UTC, as all that is printed. `undefined` for anything else, and where there is no such date.
 */
export function parseTime(text: string): number | undefined {
  const [date = '', time, ...rest] = text.split(/[T ]/i);
  if (!DATE.test(date) || !isInCalendar(date) || rest.length > 0) return undefined;
  if (time === undefined) return Date.parse(date);
  const match = DAY.test(date) ? TIME_OF_DAY.exec(time) : null;
  if (match === null) return undefined;
  const [, minute, second = '00', fraction = '', hours = '+00', minutes = '00'] = match;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const parsed = Date.parse(`${date}T${minute}:${second}.${millis}${hours}:${minutes}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** Not so the 30th of February, which `Date.parse` takes for the 2nd of March. */
function isInCalendar(date: string): boolean {
  const begins = Date.parse(date);
  return !Number.isNaN(begins) && new Date(begins).toISOString().startsWith(date);
}
