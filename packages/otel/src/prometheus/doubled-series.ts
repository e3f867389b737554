import { type Family, type FamilyMember, warnDoubled } from './family.ts';

/** Tells whether a series of a family was asked about before, under whichever of its metrics. */
export type IsDoubled = (member: FamilyMember, series: number) => boolean;

/**
 * For a family of which several metrics have the same fixed labels; `undefined` for any other, as nearly all are. A series
 * twice is no valid exposition: Prometheus keeps one of the two and says nothing.
 * @param warned names warned of already; added to
 */
export function doubledSeries({ members, fixed }: Family, warned: Set<string>): IsDoubled | undefined {
  if (fixed.size === members.length) return undefined;
  const seen = new Set<string>();
  return (member, series) => {
    const { metric, text } = member;
    // Their order says nothing (Prometheus, "Data model").
    const labels = [...text.labels.labels(metric, series)].sort();
    const before = seen.size;
    const isDoubled = seen.add(JSON.stringify([text.fixed, labels])).size === before;
    if (isDoubled) warnDoubled(member, warned);
    return isDoubled;
  };
}
