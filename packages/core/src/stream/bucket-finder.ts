/** Scaled values below 2^31 are whole when truncated to 32 bits: so many octaves, doublings from 1 on, are told apart. */
const OCTAVES = 31;
const BEYOND = 2 ** OCTAVES;
/** Bounds that are compared in turn at most; where more lie close together, halving is faster. */
const LONGEST_SCAN = 8;
/** Of the greatest power of two that is finite. */
const MAX_EXPONENT = 1023;

/**
 * Finds the bucket of a value among upper bounds that are inclusive.
 *
 * Bounds usually grow as values do, by factors: one or two in each octave. So the exponent of a value, which takes no comparison,
 * leads to the one or two that are left. A binary search takes few steps too, but each is a branch that the processor guesses
 * wrongly half of the time.
 */
export class BucketFinder {
  /** The bounds, filled up with Infinity to a power of two that is greater than their number. */
  readonly #bounds: Float64Array;
  /** A power of two, so that multiplying is exact; it takes the least positive bound to about 1. */
  readonly #scale: number;
  /** Per octave of scaled values the first bucket that has some of it, then that of all above; undefined: search by halving. */
  readonly #firsts: Int32Array | undefined;

  /** @param bounds finite, in ascending order, each once. */
  constructor(bounds: readonly number[]) {
    this.#bounds = padded(bounds);
    this.#scale = 2 ** Math.min(MAX_EXPONENT, -Math.floor(Math.log2(bounds.find((bound) => bound > 0) ?? 1)));
    this.#firsts = firstsOf(this.#bounds, this.#scale, bounds.length);
  }

  /** The number of the first bound that is not less than the value, which is no NaN; that of the bounds where there is none. */
  find(value: number): number {
    const firsts = this.#firsts;
    if (firsts === undefined) return this.#bisect(value);
    const bounds = this.#bounds;
    const scaled = value * this.#scale;
    let bucket = 0;
    if (scaled >= 1) bucket = firsts[scaled < BEYOND ? OCTAVES - Math.clz32(scaled) : OCTAVES] as number;
    while (value > (bounds[bucket] as number)) bucket++;
    return bucket;
  }

  #bisect(value: number): number {
    const bounds = this.#bounds;
    let low = 0;
    for (let half = bounds.length >>> 1; half > 0; half >>>= 1) {
      if (value > (bounds[low + half - 1] as number)) low += half;
    }
    return low;
  }
}

/** Gives nothing if a search that goes up from them could be long. */
function firstsOf(bounds: Float64Array, scale: number, count: number): Int32Array | undefined {
  const firsts = Int32Array.from({ length: OCTAVES + 1 }, (_, octave) => {
    const least = 2 ** octave / scale;
    return bounds.findIndex((bound) => bound >= least);
  });
  const scanned = [...firsts, count].map((end, i) => end - (firsts[i - 1] ?? 0));
  return Math.max(...scanned) > LONGEST_SCAN ? undefined : firsts;
}

function padded(bounds: readonly number[]): Float64Array {
  const filled = new Float64Array(2 ** (32 - Math.clz32(bounds.length))).fill(Number.POSITIVE_INFINITY);
  filled.set(bounds);
  return filled;
}
