/**
 * Exemplars that a series of an exponential histogram has at most (specification, "Exemplar defaults": the smaller of its
 * buckets and twenty).
 */
export const EXPONENTIAL_EXEMPLARS = 20;

/** The negative ones are kept apart from the positive ones of the same size. */
const NEGATIVE = EXPONENTIAL_EXEMPLARS / 2;

const bits = new DataView(new ArrayBuffer(8));

/**
 * Which of the exemplars a value may be: values of different powers of two are different ones, as long as there are no more
 * than twenty of them, so that the rare large values have theirs beside the many small ones.
 */
export function magnitudeOf(value: number): number {
  bits.setFloat64(0, value);
  const high = bits.getInt32(0);
  const exponent = (high >>> 20) & 0x7ff;
  return (exponent + (high < 0 ? NEGATIVE : 0)) % EXPONENTIAL_EXEMPLARS;
}
