import { LiveMetric } from '../collected-metric.ts';
import type { Stream } from './stream.ts';
import type { EarlyLog } from './tap.ts';

/** The streams that an instrument had, one after the other: any of them holds all that was recorded. */
export type Lineage = readonly Stream[];

/** What is to be taken over from the streams that an instrument had. */
export interface Inheritance {
  readonly lineage: Lineage;
  /** The stream that it is taken from. */
  readonly source: Stream;
  readonly measurements: EarlyLog['measurements'];
}

/** What the streams of an instrument leave to those that replace them; `undefined` when it had none. */
export function inheritanceOf(lineage: Lineage): Inheritance | undefined {
  const source = lineage.find((stream) => stream.early?.measurements !== undefined) ?? lineage[0];
  return source && { lineage, source, measurements: source.early?.measurements };
}

/** New streams, and what they have taken over: from each source once, though instruments may share both. */
export class Succession {
  readonly #heirs = new Map<Stream, Map<Stream, Lineage>>();

  /** Gives a stream what its instrument's streams before it held: measurement by measurement while they are known. */
  hand(heir: Stream, { lineage, source, measurements }: Inheritance): void {
    const taken = this.#heirs.get(heir) ?? new Map<Stream, Lineage>();
    if (taken.has(source)) return;
    this.#heirs.set(heir, taken.set(source, lineage));
    if (measurements === undefined) {
      source.fold();
      heir.absorb(new LiveMetric(source, 1));
      // What was absorbed is not in the log.
      if (heir.early !== undefined) heir.early.measurements = undefined;
    }
    for (const { series, value } of measurements ?? []) {
      const ours = heir.resolve(source.index.attributes(series), undefined);
      heir.record(ours, value, undefined);
      heir.startedAt(ours, source.starts[series] as number);
    }
  }

  /** The new streams, and the lineages that each goes on from. What they record from now on is in an epoch of its own. */
  close(): [heir: Stream, lineages: Lineage[]][] {
    for (const heir of this.#heirs.keys()) heir.epoch++;
    return [...this.#heirs].map(([heir, taken]) => [heir, [...taken.values()]]);
  }
}
