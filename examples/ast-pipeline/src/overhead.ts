import { parse } from '@babel/parser';
import { instrumentPerformance } from '@org/instrument';
import { median } from './numbers.ts';

/** Calls of each kind: enough for a stable median, few enough to leave room in a span queue. */
const CALLS = 300;

/** Something to parse. */
const SOURCE = ";(list) => list.map((n) => (n > 0 ? n * n : { n, why: 'negative' }).n ?? 0);\n";

/** What the decorated calls of a run have cost, estimated. */
export interface OverheadEstimate {
  /** Decorated calls of the run. */
  readonly calls: number;
  /** What one of them costs more than an undecorated one. */
  readonly nanosPerCall: number;
  /** `calls` × `nanosPerCall`, as a share of the CPU time of the run: 0 to 1. */
  readonly share: number;
}

/**
 * Estimates the share of CPU time that went into decorated calls, by timing an empty asynchronous method with and
 * without decorator in this process as it is now. Before each call something is parsed, as in the pipeline: with cold
 * caches a call costs several times what it does in a tight loop. Exporters, scrapes and garbage are not seen;
 * `--compare` sees them.
 */
export async function estimateOverhead(calls: number, cpuSeconds: number): Promise<OverheadEstimate> {
  const probe = new Probe();
  const text = SOURCE.repeat(100);
  const bare: number[] = [];
  const decorated: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    parse(text);
    bare.push(await nanosOf(() => probe.bare()));
    parse(text);
    decorated.push(await nanosOf(() => probe.decorated()));
  }
  const nanosPerCall = Math.max(0, median(decorated) - median(bare));
  return { calls, nanosPerCall, share: cpuSeconds > 0 ? (calls * nanosPerCall) / 1e9 / cpuSeconds : 0 };
}

class Probe {
  async bare(): Promise<void> {}

  @instrumentPerformance('ast_pipeline.calibration')
  async decorated(): Promise<void> {}
}

async function nanosOf(call: () => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await call();
  return Number(process.hrtime.bigint() - start);
}
