import type { OptionReader } from '@org/instrument-core';

/**
 * Reads headers of the user's own, by lower-case name. Values are never shown. `reserved` are those that are set otherwise,
 * and how.
 */
export function readHeaders<O extends object>(
  read: OptionReader<O>,
  key: keyof O & string,
  reserved: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const given = read.raw(key) ?? {};
  const headers: Record<string, string> = {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    read.add(key, `a value of type ${typeof given}`, 'an object of header names and values');
    return headers;
  }
  for (const [name, value] of Object.entries(given)) {
    const path = `${key}.${name}`;
    const lower = name.toLowerCase();
    const sent = asSent(name, value);
    if (sent === undefined) {
      read.add(path, 'a name or value that HTTP does not allow', 'a token, and text in one line of Latin-1');
    } else if (reserved[lower] !== undefined) {
      read.add(path, 'a header that is set here', 'another header', reserved[lower]);
    } else headers[lower] = sent;
  }
  return headers;
}

/** A value without the white space around it, as it travels; `undefined` for what HTTP does not allow. */
function asSent(name: string, value: unknown): string | undefined {
  try {
    if (typeof value !== 'string') return undefined;
    const headers = new Headers();
    headers.set(name, value);
    return headers.get(name) ?? undefined;
  } catch {
    return undefined;
  }
}
