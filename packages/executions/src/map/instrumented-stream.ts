import { beginRun } from '../run/begin-run.ts';
import type { Run } from '../run/execution-run.ts';
import { Conveyor } from './conveyor.ts';
import { MapError, type MapFailure } from './map-error.ts';
import type { Mapper } from './mapping.ts';
import { type MapOptions, type MapSettings, mapSettings } from './options.ts';
import { type Items, sourceOf } from './source.ts';

/** Failures that are kept until the end. */
const MAX_FAILURES = 1_000;

/**
 * As `instrumentedMap`, but gives the results one by one, in the order of the items, and asks for further items only as they
 * are taken: at most `concurrency` are under way or wait for the consumer. Who leaves the loop early ends it: `run.signal`
 * aborts, and what is under way is left to itself. The execution begins with the first result that is asked for.
 *
 * With `stopOnError: false` what failed is left out, and thrown in the end as a {@link MapError}, with the first 1,000
 * failures: a stream may have no end.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when an argument or an option is wrong.
 */
export function instrumentedStream<T, R>(
  items: Items<T>,
  fn: Mapper<T, R>,
  options: MapOptions = {},
): AsyncGenerator<R, void, void> {
  const settings = mapSettings(items, fn, options);
  return begin(items, fn, settings);
}

async function* begin<T, R>(
  items: Items<T>,
  fn: Mapper<T, R>,
  settings: MapSettings,
): AsyncGenerator<R, void, void> {
  const run = beginRun(settings.execution);
  yield* run.lifetime.run(() => results(items, fn, run, settings));
}

async function* results<T, R>(
  items: Items<T>,
  fn: Mapper<T, R>,
  run: Run,
  { concurrency, stopOnError }: MapSettings,
): AsyncGenerator<R, void, void> {
  const conveyor = new Conveyor(sourceOf(items), fn, run, concurrency);
  const failures: MapFailure[] = [];
  let failed = 0;
  let index = -1;
  try {
    for (let settled = await conveyor.take(); settled !== undefined; settled = await conveyor.take()) {
      index++;
      if ('value' in settled) yield settled.value;
      else if (stopOnError) throw settled.error;
      else if (failed++ < MAX_FAILURES) failures.push({ index, error: settled.error });
    }
  } catch (error) {
    run.halt(error);
    throw error;
  } finally {
    conveyor.stop();
    run.halt();
  }
  if (failed === 0) return;
  throw new MapError(`${failed} of ${conveyor.begun} items of ${run.name} failed`, failures);
}
