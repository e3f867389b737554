const LINE_FEED = 10;

/** Where a line begins and ends in a chunk, without its line feed. */
export interface LineBounds {
  readonly start: number;
  readonly end: number;
}

/** Lines of a chunk, first to last. Where `needles` are given, only those that contain one of them. */
export function* linesForward(bytes: Buffer, needles?: readonly Buffer[]): Generator<LineBounds> {
  const found = needles?.map(() => -1);
  for (let start = 0; start < bytes.length; ) {
    if (needles !== undefined && found !== undefined) {
      const hit = nearestHit(bytes, needles, found, start);
      if (hit === undefined) return;
      start = hit === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, hit) + 1;
    }
    const end = bytes.indexOf(LINE_FEED, start);
    yield { start, end };
    start = end + 1;
  }
}

/** The same, last to first. */
export function* linesBackward(bytes: Buffer, needles?: readonly Buffer[]): Generator<LineBounds> {
  const found = needles?.map(() => Number.POSITIVE_INFINITY);
  for (let end = bytes.length - 1; end >= 0; ) {
    if (needles !== undefined && found !== undefined) {
      const hit = lastHit(bytes, needles, found, end);
      if (hit === -1) return;
      end = bytes.indexOf(LINE_FEED, hit);
    }
    const start = end === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, end - 1) + 1;
    yield { start, end };
    end = start - 1;
  }
}

/** First place at or after `from` where a needle stands. `found` remembers where each was found, so as to look once. */
function nearestHit(
  bytes: Buffer,
  needles: readonly Buffer[],
  found: number[],
  from: number,
): number | undefined {
  let nearest: number | undefined;
  for (const [i, needle] of needles.entries()) {
    let at = found[i] as number;
    if (at < from) {
      const hit = bytes.indexOf(needle, from);
      at = hit === -1 ? Number.POSITIVE_INFINITY : hit;
      found[i] = at;
    }
    if (at !== Number.POSITIVE_INFINITY && (nearest === undefined || at < nearest)) nearest = at;
  }
  return nearest;
}

/** Last place before `end` where a needle stands, or -1. */
function lastHit(bytes: Buffer, needles: readonly Buffer[], found: number[], end: number): number {
  let last = -1;
  for (const [i, needle] of needles.entries()) {
    const latest = end - needle.length;
    let at = found[i] as number;
    if (at > latest) {
      at = latest < 0 ? -1 : bytes.lastIndexOf(needle, latest);
      found[i] = at;
    }
    if (at > last) last = at;
  }
  return last;
}
