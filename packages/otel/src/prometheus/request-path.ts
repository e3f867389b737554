/**
 * The path of a URL as clients send it: `..` resolved, and what is not ASCII percent-encoded. `undefined` for a URL that
 * cannot be read.
 */
export function pathOf(url: string): string | undefined {
  try {
    return new URL(url, 'http://localhost').pathname;
  } catch {
    return undefined;
  }
}
