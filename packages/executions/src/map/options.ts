import { describeValue, OptionReader } from '@org/instrument-core';
import type { ExecutionOptions } from '../execution.ts';
import { isMetricName } from '../labels.ts';
import { EXECUTION_KEYS, type ExecutionSettings, readSettings } from '../settings.ts';

/** Under way at once unless said otherwise: twice as many as Node.js has threads for files and names (`UV_THREADPOOL_SIZE`). */
const DEFAULT_CONCURRENCY = 8;
const DEFAULT_NAME = 'map';

/** Options of {@link instrumentedMap} and {@link instrumentedStream}. */
export interface MapOptions extends ExecutionOptions {
  /** Name of the execution. Default: that of the function, or `map` where it has none. */
  readonly name?: string | undefined;
  /** Items under way at once; `Infinity` for all. Default 8. */
  readonly concurrency?: number | undefined;
  /**
   * Whether the first failure ends it. With `false` all items are processed, and what failed is thrown in the end, as a
   * `MapError`, an `AggregateError` that says which items they were. Default `true`.
   */
  readonly stopOnError?: boolean | undefined;
}

/** Options of a map with the defaults filled in. */
export interface MapSettings {
  readonly execution: ExecutionSettings;
  readonly concurrency: number;
  readonly stopOnError: boolean;
}

/**
 * Checks the arguments of a map, and fills in the defaults.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with everything that is wrong.
 */
export function mapSettings(items: unknown, fn: unknown, options: MapOptions): MapSettings {
  const keys = [...EXECUTION_KEYS, 'name', 'concurrency', 'stopOnError'] as const;
  const reader = new OptionReader<MapOptions>(options, keys);
  const name = reader.raw('name') ?? nameOf(fn);
  const isAll = reader.raw('concurrency') === Number.POSITIVE_INFINITY;
  const range = { min: 1, isInteger: true };
  const settings = {
    execution: readSettings(reader, name as string),
    concurrency: isAll ? Number.POSITIVE_INFINITY : reader.number('concurrency', DEFAULT_CONCURRENCY, range),
    stopOnError: reader.flag('stopOnError', true),
  };
  if (typeof fn !== 'function') reader.add('fn', describeValue(fn), 'a function');
  if (!isIterable(items)) reader.add('items', describeValue(items), 'an iterable, or an async iterable');
  reader.done(`The map ${describeValue(name)} cannot be done`);
  const total = settings.execution.items ?? sizeOf(items);
  return { ...settings, execution: { ...settings.execution, items: total } };
}

function nameOf(fn: unknown): string {
  const name: unknown = typeof fn === 'function' ? fn.name : undefined;
  return isMetricName(name) ? name : DEFAULT_NAME;
}

function isIterable(items: unknown): boolean {
  if (typeof items === 'string') return true;
  return (
    typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items)
  );
}

/** How many items a collection has; `undefined` for what gives them one by one. */
function sizeOf(items: unknown): number | undefined {
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown };
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return length as number;
  return items instanceof Set || items instanceof Map ? (size as number) : undefined;
}
