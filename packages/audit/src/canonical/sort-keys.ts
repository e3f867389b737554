// Beyond, the built-in sort is faster.
const FEW = 12;

/** Sorts keys in place by their UTF-16 code units, as canonical JSON has them (RFC 8785, 3.2.3), and returns them. */
export function sortKeys(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let j = i - 1;
    for (; j >= 0 && (keys[j] as string) > key; j--) keys[j + 1] = keys[j] as string;
    keys[j + 1] = key;
  }
  return keys;
}
