/**
 * A value as text: callers in JavaScript give what they like where the API asks for one. Nothing is the empty text, as
 * is what has no text of its own. Never throws.
 */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return String(value ?? '');
  } catch {
    return '';
  }
}
