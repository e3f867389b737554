/** A whole number of at least 0, and nothing else. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}

/**
 * The number of a key in a file of lines `key: 123 kB` or `key 123`, as `/proc/meminfo`, `/proc/vmstat`,
 * `/proc/self/status` and the `*.stat` of control groups are. The unit is the caller's.
 */
export function keyedNumber(text: string, key: string): number | undefined {
  let at = text.startsWith(key) ? 0 : nextLine(text, key, 0);
  while (at >= 0) {
    const end = at + key.length;
    // Of a longer key, this is but the beginning.
    if (/[:\s]/.test(text[end] ?? '')) {
      const match = VALUE.exec(text.slice(end, end + MAX_VALUE_LENGTH));
      return match === null ? undefined : Number(match[1]);
    }
    at = nextLine(text, key, end);
  }
  return undefined;
}

const VALUE = /^:?[ \t]*(\d{1,20})(?![\w.])/;
/** Blanks and digits of a value, with room to spare. */
const MAX_VALUE_LENGTH = 64;

function nextLine(text: string, start: string, from: number): number {
  const at = text.indexOf(`\n${start}`, from);
  return at < 0 ? -1 : at + 1;
}
