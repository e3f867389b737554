import { instrumentPerformance } from '@org/instrument';
import { median } from './numbers.ts';

/** Calls per batch, and batches: enough for a stable median, few enough to leave room in a span queue. */
const BATCH_CALLS = 200;
const BATCHES = 9;

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
 * without decorator in this process as it is now. It knows nothing of exporters and scrapes; `--compare` does.
 */
export async function estimateOverhead(calls: number, cpuSeconds: number): Promise<OverheadEstimate> {
  const probe = new Probe();
  const costs: number[] = [];
  for (let i = 0; i < BATCHES; i++) {
    const bare = await nanosPerCall(() => probe.bare());
    const decorated = await nanosPerCall(() => probe.decorated());
    costs.push(decorated - bare);
  }
  const cost = Math.max(0, median(costs));
  return { calls, nanosPerCall: cost, share: cpuSeconds > 0 ? (calls * cost) / 1e9 / cpuSeconds : 0 };
}

class Probe {
  async bare(): Promise<void> {}

  @instrumentPerformance('ast_pipeline.calibration')
  async decorated(): Promise<void> {}
}

async function nanosPerCall(call: () => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < BATCH_CALLS; i++) await call();
  return ((performance.now() - start) * 1e6) / BATCH_CALLS;
}
