import { LiveMetric } from '../collected-metric.ts';
import { isEnoughFor } from './attribute-view.ts';
import type { Stream } from './stream.ts';
import type { EarlyLog } from './tap.ts';

/**
 * The streams that an instrument had, those first that one which replaces them can best go on from: of each measurement all of
 * them know, but not all know the same of it.
 */
export type Lineage = readonly Stream[];

/** What is to be taken over from the streams that an instrument had. */
export interface Inheritance {
  readonly lineage: Lineage;
  /** Measurement by measurement, while they are known. */
  readonly early: { readonly source: Stream; readonly measurements: Measurements } | undefined;
}

type Measurements = NonNullable<EarlyLog['measurements']>;

/** What the streams of an instrument leave to those that replace them; `undefined` when it had none. */
export function inheritanceOf(lineage: Lineage): Inheritance | undefined {
  if (lineage.length === 0) return undefined;
  for (const source of lineage) {
    const measurements = source.early?.measurements;
    if (measurements !== undefined) return { lineage, early: { source, measurements } };
  }
  return { lineage, early: undefined };
}

/** New streams, and what they take over: from each source once, though instruments may share both. */
export class Succession {
  readonly #left = new Map<Stream, Inheritance[]>();

  /** A stream goes on from those that one of its instruments had. */
  hand(heir: Stream, inheritance: Inheritance): void {
    const others = this.#left.get(heir);
    if (others === undefined) this.#left.set(heir, [inheritance]);
    else others.push(inheritance);
  }

  /**
   * Gives the new streams what those before held. Returns them, and the lineages that each goes on from. What they record from now
   * on is in an epoch of its own.
   */
  close(): [heir: Stream, lineages: Lineage[]][] {
    return [...this.#left].map(([heir, inheritances]) => {
      const sources = new Set<Stream>();
      const lineages: Lineage[] = [];
      for (const { lineage, early } of inheritances) {
        // What several instruments recorded into one stream was taken over with the first of them.
        if (lineage.some((known) => sources.has(known))) continue;
        const ordered = orderedFor(heir, lineage, inheritances);
        lineages.push(ordered);
        sources.add(early?.source ?? (ordered[0] as Stream));
        if (early === undefined) takeOver(heir, ordered[0] as Stream);
        else record(heir, early.source, early.measurements);
      }
      heir.fold();
      heir.epoch++;
      return [heir, lineages];
    });
  }
}

function takeOver(heir: Stream, source: Stream): void {
  source.fold();
  heir.absorb(new LiveMetric(source, 1), source);
  // What was absorbed is not in the log.
  if (heir.early !== undefined) heir.early.measurements = undefined;
}

function record(heir: Stream, source: Stream, measurements: Measurements): void {
  const seriesOf = heir.seriesFrom(source);
  for (const { series, value } of measurements) {
    const ours = seriesOf(series);
    heir.record(ours, value, undefined);
    heir.startedAt(ours, source.starts[series] as number);
  }
}

/**
 * Those first that hold most of the instruments, so that none is counted twice; then those that lose least: of the values, of the
 * attributes, and of the name.
 */
function orderedFor(heir: Stream, lineage: Lineage, inheritances: readonly Inheritance[]): Lineage {
  const ranked = lineage.map((stream) => ({
    stream,
    rank: [
      -inheritances.filter((inheritance) => inheritance.lineage.includes(stream)).length,
      lossOfValues(heir, stream),
      isEnoughFor(stream.view, heir.view) ? 0 : 1,
      stream.descriptor.name === heir.descriptor.name ? 0 : 1,
    ],
  }));
  return ranked.sort((a, b) => compare(a.rank, b.rank)).map(({ stream }) => stream);
}

/** 0: none. 1: the buckets differ. 2: single values are not known. 3: nothing can be taken over. */
function lossOfValues(heir: Stream, source: Stream): number {
  if (!heir.takes(source.kind)) return 3;
  if (heir.kind === 'sum') return source.kind === 'gauge' ? 2 : 0;
  if (source.kind === heir.kind) {
    const haveSameBuckets =
      String(source.boundaries) === String(heir.boundaries) && source.maxBuckets === heir.maxBuckets;
    return haveSameBuckets ? 0 : 1;
  }
  return source.kind === 'sum' || source.kind === 'gauge' ? 2 : 1;
}

/** As `Array.prototype.sort` wants it: the first difference counts. */
function compare(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, i) => value !== b[i]);
  return place < 0 ? 0 : (a[place] as number) - (b[place] as number);
}
