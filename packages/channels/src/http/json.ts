/**
 * JSON that every parser takes: what is half of a surrogate pair becomes U+FFFD. `JSON.stringify` writes it as an escape
 * (RFC 8259, section 8.2), which strict receivers refuse, and with it the whole message.
 */
export function jsonOf(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  return /\\ud[89a-f]/.test(json) ? JSON.stringify(withWellFormedText(value)) : json;
}

function withWellFormedText(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withWellFormedText);
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key.toWellFormed(), withWellFormedText(part)]),
  );
}
