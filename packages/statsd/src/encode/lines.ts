import { type Fragment, fragment } from '@org/instrument-core';
import type { SampleType } from '../dialect/dialect.ts';
import type { IsDoubled } from './doubled-gauges.ts';
import { type LineWriter, NUMBER_BYTES } from './line-writer.ts';
import { ratesOf } from './sample-rate.ts';
import type { SeriesText } from './series-text.ts';

const COUNTER = fragment('|c');
const GAUGE = fragment('|g');
const SAMPLES: Readonly<Record<SampleType, Fragment>> = {
  ms: fragment('|ms'),
  h: fragment('|h'),
  d: fragment('|d'),
};
const NO_STAMP = fragment('');
/** Bytes of a line beside text and values: a sign, type, rate, line feed; the timestamp is ASCII and short. */
const OTHER_BYTES = 80;

/** How lines are written. */
export interface LineOptions {
  readonly sampleType: SampleType;
  /** Whether several values may stand in a line. */
  readonly packsValues: boolean;
  readonly maxLineBytes: number;
}

/** Writes values as lines, as every dialect has them between the text of their series. */
export class Lines {
  readonly #writer: LineWriter;
  readonly #sampleType: Fragment;
  readonly #maxLineBytes: number;
  readonly #packed: Map<string, number[]> | undefined;
  #stamp = NO_STAMP;
  #isDoubled: IsDoubled | undefined;
  #notFinite = 0;
  #doubled = 0;

  constructor(writer: LineWriter, { sampleType, packsValues, maxLineBytes }: LineOptions) {
    this.#writer = writer;
    this.#sampleType = SAMPLES[sampleType];
    this.#maxLineBytes = maxLineBytes;
    this.#packed = packsValues ? new Map() : undefined;
  }

  /** Values left out because they are infinite or no number, which no receiver takes. */
  get notFinite(): number {
    return this.#notFinite;
  }

  /** Gauges left out because another metric of the batch has set the same. */
  get doubled(): number {
    return this.#doubled;
  }

  /** Begins a batch. `stamp` is put behind each count and gauge. */
  begin(stamp: string): void {
    this.#stamp = fragment(stamp);
    this.#notFinite = 0;
    this.#doubled = 0;
  }

  /** Begins a metric. `isDoubled` tells of its gauges whether another one has set them; `undefined` where none can have. */
  beginMetric(isDoubled: IsDoubled | undefined): void {
    this.#isDoubled = isDoubled;
  }

  /** What was added to a counter; nothing is said of one to which nothing was. */
  counter(text: SeriesText, series: number, delta: number): void {
    if (delta !== 0 && this.#isFinite(delta)) this.#line(text, series, '', delta, COUNTER, this.#stamp);
  }

  /** A gauge. One below zero is set to zero first, in the same packet: a sign says by how much a gauge changes. */
  gauge(text: SeriesText, series: number, value: number): void {
    if (!this.#isFinite(value)) return;
    if (this.#isDoubled?.(text, series) === true) {
      this.#doubled++;
      return;
    }
    if (value < 0) this.#writeLine(text, series, '', 0, GAUGE, this.#stamp);
    this.#line(text, series, '', value, GAUGE, this.#stamp);
  }

  /** By how much a gauge has changed. */
  change(text: SeriesText, series: number, delta: number): void {
    if (delta === 0 || !this.#isFinite(delta)) return;
    this.#line(text, series, delta > 0 ? '+' : '', delta, GAUGE, this.#stamp);
  }

  /** A value that was recorded `count` times. With packed values, it is written by `endSamples`. */
  sample(text: SeriesText, series: number, value: number, count: number): void {
    if (!this.#isFinite(value)) return;
    for (const rate of ratesOf(count)) {
      if (this.#packed === undefined) this.#sample(text, series, rate, value);
      else pushTo(this.#packed, rate, value);
    }
  }

  /** Ends the samples of a series. */
  endSamples(text: SeriesText, series: number): void {
    if (this.#packed === undefined) return;
    for (const [rate, values] of this.#packed) {
      // Room for what stands behind the values, which all have to be in one line.
      const longest = this.#maxLineBytes - text.bytes(series) - OTHER_BYTES;
      let first = 0;
      while (first < values.length) {
        let bytes = String(values[first]).length;
        let end = first + 1;
        for (; end < values.length; end++) {
          bytes += String(values[end]).length + 1;
          if (bytes > longest) break;
        }
        this.#samples(text, series, rate, values.slice(first, end));
        first = end;
      }
    }
    this.#packed.clear();
  }

  #sample(text: SeriesText, series: number, rate: string, value: number): void {
    this.#writer.reserve(text.bytes(series) + NUMBER_BYTES + OTHER_BYTES);
    text.writeHead(this.#writer, series);
    this.#writer.number(value);
    this.#endSample(text, series, rate);
  }

  #samples(text: SeriesText, series: number, rate: string, values: readonly number[]): void {
    const writer = this.#writer;
    writer.reserve(text.bytes(series) + values.length * (NUMBER_BYTES + 1) + OTHER_BYTES);
    text.writeHead(writer, series);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) writer.colon();
      writer.number(values[i] as number);
    }
    this.#endSample(text, series, rate);
  }

  #endSample(text: SeriesText, series: number, rate: string): void {
    const writer = this.#writer;
    writer.fragment(this.#sampleType);
    if (rate !== '') {
      writer.ascii('|@');
      writer.ascii(rate);
    }
    text.writeTail(writer, series);
    writer.endLine();
    writer.endUnit();
  }

  #line(
    text: SeriesText,
    series: number,
    sign: string,
    value: number,
    type: Fragment,
    stamp: Fragment,
  ): void {
    this.#writeLine(text, series, sign, value, type, stamp);
    this.#writer.endUnit();
  }

  #writeLine(
    text: SeriesText,
    series: number,
    sign: string,
    value: number,
    type: Fragment,
    stamp: Fragment,
  ): void {
    const writer = this.#writer;
    writer.reserve(text.bytes(series) + NUMBER_BYTES + OTHER_BYTES);
    text.writeHead(writer, series);
    if (sign !== '') writer.ascii(sign);
    writer.number(value);
    writer.fragment(type);
    text.writeTail(writer, series);
    writer.fragment(stamp);
    writer.endLine();
  }

  #isFinite(value: number): boolean {
    if (Number.isFinite(value)) return true;
    this.#notFinite++;
    return false;
  }
}

function pushTo(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
