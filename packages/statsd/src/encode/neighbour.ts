const scratch = new DataView(new ArrayBuffer(8));

/** The double next to a finite one that is not negative: the larger one for a step of 1, the smaller one for -1. */
export function neighbour(value: number, step: 1 | -1): number {
  scratch.setFloat64(0, value);
  scratch.setBigInt64(0, scratch.getBigInt64(0) + BigInt(step));
  return scratch.getFloat64(0);
}
