const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

/** A count as a reader of English writes it: `20,000`. */
export function grouped(count: number): string {
  return String(count).replace(THOUSANDS, ',');
}
