import { neighbour } from './neighbour.ts';

/**
 * Sample rates by which receivers count exactly. A line `5|d|@0.125` stands for eight values, and receivers get the eight
 * by dividing: the collector and statsd_exporter cut `1 / rate` off, Telegraf goes on while it is below, Datadog adds it up.
 * All of them are right only where the double nearest to `1 / rate` is the whole number itself. There is no such rate for
 * an eighth of all numbers (49 is the first); they are made of two that have one.
 */

/** Counts up to here have their rates kept. */
const KEPT_COUNTS = 4_096;
/** Below this, JavaScript writes numbers with exponents, which the first StatsD does not read in a rate. */
const LEAST_PLAIN = 1e-6;
/** How far a whole number with an exact rate is looked for before a power of two is taken, which always has one. */
const LONGEST_SEARCH = 64;

const kept: (readonly string[])[] = [];

/** Rates, as text, of lines that together stand for `count` values; the empty text stands for one value. */
export function ratesOf(count: number): readonly string[] {
  if (count >= KEPT_COUNTS) return findRates(count);
  let rates = kept[count];
  if (rates === undefined) {
    rates = findRates(count);
    kept[count] = rates;
  }
  return rates;
}

function findRates(count: number): string[] {
  const rates: string[] = [];
  let rest = count;
  while (rest >= 1) {
    const [part, rate] = largestPart(rest);
    rates.push(rate);
    rest -= part;
  }
  return rates;
}

/** The largest number up to `count` that has an exact rate, near enough; and that rate. */
function largestPart(count: number): [part: number, rate: string] {
  if (count < 2) return [1, ''];
  for (let part = count; part > 1 && part > count - LONGEST_SEARCH; part--) {
    const rate = exactRate(part);
    if (rate !== undefined) return [part, plainText(rate)];
  }
  const power = 2 ** Math.floor(Math.log2(count));
  return [power, plainText(1 / power)];
}

/** The rate whose inverse, as a double, is `count`. */
function exactRate(count: number): number | undefined {
  const rate = 1 / count;
  return [rate, neighbour(rate, 1), neighbour(rate, -1)].find((candidate) => 1 / candidate === count);
}

/** A number from 0 to 1 without an exponent, in the digits that JavaScript reads back as the same. */
function plainText(value: number): string {
  if (value >= LEAST_PLAIN) return String(value);
  const [digits = '', exponent = '0'] = String(value).split('e-');
  return `0.${'0'.repeat(Number(exponent) - 1)}${digits.replace('.', '')}`;
}
