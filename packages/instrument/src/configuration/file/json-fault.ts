// RFC 8259, "JSON Grammar".
const SPACE = /[ \t\n\r]*/y;
const TEXT = /"(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Where a text that YAML takes is no JSON, as an offset; `undefined` when it is. The message of `JSON.parse` quotes what is
 * around, and often does not say where it is.
 */
export function jsonFaultIn(text: string): number | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return faultIn(text);
  }
}

/** The offset up to which a text is JSON. */
function faultIn(text: string): number {
  let offset = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = offset;
    const isThere = pattern.test(text);
    if (isThere) offset = pattern.lastIndex;
    return isThere;
  };
  const skipSign = (sign: string): boolean => {
    skip(SPACE);
    if (text[offset] !== sign) return false;
    offset++;
    return true;
  };
  const skipList = (end: string, skipItem: () => boolean): boolean => {
    if (skipSign(end)) return true;
    do {
      if (!skipItem()) return false;
    } while (skipSign(','));
    return skipSign(end);
  };
  const skipMember = (): boolean => skip(SPACE) && skip(TEXT) && skipSign(':') && skipValue();
  const skipValue = (): boolean => {
    if (skipSign('{')) return skipList('}', skipMember);
    if (skipSign('[')) return skipList(']', skipValue);
    return skip(TEXT) || skip(WORD);
  };
  if (skipValue()) skip(SPACE);
  return offset;
}
