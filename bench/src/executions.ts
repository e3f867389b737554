import { EventBus, MeterProvider } from '@org/instrument-core';
import {
  type ExecutionOptions,
  type ExecutionRun,
  instrumentedMap,
  trackExecution,
} from '@org/instrument-executions';
import { alternate, type Finding, oursAtMost } from './measure.ts';

/** Items of one measurement, so that what an execution costs once is spread over many, as it is in a batch. */
const ITEMS = 10_000;
const CONCURRENCY = 8;
/** The requirement: under a microsecond per item. */
const TARGET = oursAtMost(1_000);

const items: readonly number[] = Array.from({ length: ITEMS }, (_, i) => i);
const double = (item: number): number => item * 2;
const doubleLater = async (item: number): Promise<number> => item * 2;

/**
 * What an item costs, in a loop and in a map, against the same without telemetry: with nobody who hears of it, and with
 * a subscriber of every event of executions. What theirs takes is taken off ours where the telemetry alone is meant.
 */
export async function measureExecutions(report: (finding: Finding) => void): Promise<void> {
  const silent = optionsOf(new EventBus());
  const heard = new EventBus();
  let told = 0;
  heard.on('execution.*', () => told++);
  const observed = { ...optionsOf(heard), progressInterval: 100 };
  report(await perItem('an item counted', 'a number', countIn(silent), countPlainly));
  report(
    await perItem(
      'an item counted, in chunks of 100',
      'a number',
      countIn({ ...silent, chunkSize: 100 }),
      countPlainly,
    ),
  );
  report(await perItem('an item counted, all events heard', 'a number', countIn(observed), countPlainly));
  report(await perItem('a failed item', 'a number', failIn(silent), countPlainly));
  report(
    await perItem(
      'an item of a map, sync',
      'Array.map',
      () => mapIn(double, silent),
      () => items.map(double),
    ),
  );
  report(
    await perItem(
      'an item of a map, sync, all events heard',
      'Array.map',
      () => mapIn(double, observed),
      () => items.map(double),
    ),
  );
  report(
    await perItem('an item of a map, async', 'a loop per worker', () => mapIn(doubleLater, silent), byHand),
  );
  report(
    await perItem(
      'an item of a map, async, all events heard',
      'a loop per worker',
      () => mapIn(doubleLater, observed),
      byHand,
    ),
  );
  if (told === 0) throw new Error('Nobody heard of the executions');
}

/** Nanoseconds per item of work over all items. */
async function perItem(
  name: string,
  peer: string,
  ours: () => unknown,
  theirs: () => unknown,
): Promise<Finding> {
  const [own = 0, other = 0] = await alternate([ours, theirs]);
  return {
    name: `execution: ${name}`,
    peer,
    unit: 'ns',
    target: TARGET,
    ours: own / ITEMS,
    theirs: other / ITEMS,
  };
}

function optionsOf(events: EventBus): ExecutionOptions {
  return { events, meterProvider: new MeterProvider({}), items: ITEMS, labels: { tenant: 'acme' } };
}

function countIn(options: ExecutionOptions): () => void {
  const count = (run: ExecutionRun): void => {
    for (let i = 0; i < ITEMS; i++) run.itemDone();
  };
  return () => trackExecution('bench', options, count);
}

function failIn(options: ExecutionOptions): () => void {
  const error = new RangeError('no');
  const fail = (run: ExecutionRun): void => {
    for (let i = 0; i < ITEMS; i++) run.itemFailed(error);
  };
  return () => trackExecution('bench.failing', options, fail);
}

/** What can be looked at from elsewhere, so that the loop is not left out. */
const plain = { count: 0 };

function countPlainly(): void {
  for (let i = 0; i < ITEMS; i++) plain.count += 1;
}

function mapIn(fn: (item: number) => number | Promise<number>, options: ExecutionOptions): Promise<unknown> {
  return instrumentedMap(items, fn, { ...options, name: 'bench.map', concurrency: CONCURRENCY });
}

/** The map as one writes it where no library is at hand: so many loops take items from one iterator. */
async function byHand(): Promise<number[]> {
  const results: number[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await doubleLater(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}
