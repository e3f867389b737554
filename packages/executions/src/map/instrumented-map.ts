import { beginRun } from '../run/begin-run.ts';
import { type Mapper, Mapping } from './mapping.ts';
import { type MapOptions, mapSettings } from './options.ts';
import { type Items, sourceOf } from './source.ts';

/**
 * Does something to each item, so many at once, as an execution: each item is counted when it is done. Resolves with the
 * results in the order of the items. Items come from an iterable or an async iterable, which is asked for more only when
 * there is room; promises among them are waited for.
 *
 * It rejects with the first error, what `fn` throws at once included, or with the signal's reason; nothing is begun then, and
 * what is under way is left to itself: `run.signal` aborts, by an `AbortError` with the first error as its `cause`. With
 * `stopOnError: false` it rejects in the end, with a {@link MapError}, which has what failed, by the number of the item, and the
 * results of the others.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when an argument or an option is wrong.
 */
export function instrumentedMap<T, R>(
  items: Items<T>,
  fn: Mapper<T, R>,
  options: MapOptions = {},
): Promise<R[]> {
  const settings = mapSettings(items, fn, options);
  const run = beginRun(settings.execution);
  return run.lifetime.run(
    () =>
      new Promise<R[]>((resolve, reject) => {
        new Mapping(sourceOf(items), fn, run, settings, resolve, (error) => {
          reject(error);
          run.halt(error);
        }).start();
      }),
  );
}
