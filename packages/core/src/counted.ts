const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

/** A whole number as a reader of English writes it: `20,000`. */
export function grouped(count: number): string {
  return String(count).replace(THOUSANDS, ',');
}

/** A count of something, in words: `1 entry`, `20,000 entries`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
