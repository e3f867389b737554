import type { Health } from '@org/instrument-health';
import { usableWorkers } from './health/register-checks.ts';
import type { LoadProcess } from './load/process.ts';
import type { Orchestrator } from './orchestrator.ts';
import { whole } from './report.ts';

const LINE_MILLIS = 1000;

/** What a summary is made of. */
export interface Summarized {
  readonly health: Health;
  readonly orchestrator: Orchestrator;
  readonly load: LoadProcess;
}

/** Prints a line per second. Returns what ends it. */
export function showSummary(summarized: Summarized, print: (line: string) => void): () => void {
  const started = performance.now();
  let verifiedBefore = 0;
  const timer = setInterval(() => {
    const verified = summarized.load.figures?.verified ?? 0;
    const seconds = (performance.now() - started) / 1000;
    print(summarize(summarized, seconds, verified - verifiedBefore));
    verifiedBefore = verified;
  }, LINE_MILLIS);
  return () => clearInterval(timer);
}

/** `12 s · ready · degraded (worker-2) · 3/4 workers · 64 streams · 18,432 frames verified, 1,290/s` */
function summarize({ health, orchestrator, load }: Summarized, seconds: number, rate: number): string {
  const { pool, router } = orchestrator;
  const { status, rootCauses } = health.report();
  const { passes } = health.report({ probe: 'readiness' });
  const { open, waiting } = router.streams;
  const cause = rootCauses.length > 0 ? ` (${rootCauses.join(', ')})` : '';
  return [
    `${whole(seconds)} s`,
    passes ? 'ready' : 'not ready',
    `${status}${cause}`,
    `${usableWorkers(health, pool.workers).length}/${pool.workers.length} workers`,
    `${open} streams${waiting > 0 ? `, ${waiting} waiting` : ''}`,
    `${whole(load.figures?.verified ?? 0)} frames verified, ${whole(rate)}/s`,
  ].join(' · ');
}
