import type { ExecutionOptions, ExecutionRun } from './execution.ts';
import { beginRun } from './run/begin-run.ts';
import { resolveSettings } from './settings.ts';

/**
 * Runs work as an execution: counts its items, times it, and tells hooks and events how it goes. Returns what the work
 * returns, and throws what it throws. The execution ends when the work does: when its promise settles, or when the
 * generator that it returned is through.
 *
 * ```ts
 * await trackExecution('nightly', { items: files.length, labels: { tenant } }, async (run) => {
 *   for (const file of files) {
 *     await take(file);
 *     run.itemDone();
 *   }
 * });
 * ```
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when the name or an option is wrong; the work is not begun then.
 */
export function trackExecution<R>(name: string, work: (run: ExecutionRun) => R): R;
export function trackExecution<R>(name: string, options: ExecutionOptions, work: (run: ExecutionRun) => R): R;
export function trackExecution<R>(
  name: string,
  given: ExecutionOptions | ((run: ExecutionRun) => R),
  then?: (run: ExecutionRun) => R,
): R {
  const work = typeof given === 'function' ? given : then;
  const settings = resolveSettings(name, typeof given === 'function' ? {} : given, work);
  const run = beginRun(settings);
  return run.lifetime.run(() => (work as (run: ExecutionRun) => R)(run));
}
