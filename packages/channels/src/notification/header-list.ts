import { MAX_ENTRIES, REDACTED } from './limits.ts';
import { secrecyOf } from './secret-keys.ts';

const HEADERS = /(?:header|trailer)s$/i;
/** Names and values in turn, as Node.js has them (`http.IncomingMessage`); without that word it may be a list of names. */
const RAW = /^raw[-_]?(?:header|trailer)s$/i;

/**
 * A list of headers without the values of those that are secret: `[name, value]` each, as `fetch` takes them, or `rawHeaders`. What
 * else stands under a key is as it is.
 */
export function withoutSecretHeaders(key: string, value: unknown): unknown {
  if (!Array.isArray(value) || !HEADERS.test(key)) return value;
  const isRaw = RAW.test(key);
  // No more of it is shown, save its length.
  const safe = value.slice(0, MAX_ENTRIES).map((item: unknown, index, items: readonly unknown[]) => {
    if (Array.isArray(item)) return item.length > 1 && isSecret(item[0]) ? [item[0], REDACTED] : item;
    return isRaw && index % 2 === 1 && isSecret(items[index - 1]) ? REDACTED : item;
  });
  safe.length = value.length;
  return safe;
}

function isSecret(name: unknown): boolean {
  return typeof name === 'string' && secrecyOf(name) !== 'none';
}
