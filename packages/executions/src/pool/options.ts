import { describeValue, OptionReader, ownAttributes } from '@org/instrument-core';
import type { ExecutionOptions, ExecutionRun } from '../execution.ts';
import { Run } from '../run/execution-run.ts';
import { readSubject, type SubjectSettings } from '../settings.ts';

/** Options of {@link instrumentPool}. */
export interface PoolOptions extends Pick<ExecutionOptions, 'labels' | 'hooks' | 'meterProvider' | 'events'> {
  /** Name of the pool's metrics. Default, with `execution`: its name and `.pool`; otherwise it must be given. */
  readonly name?: string | undefined;
  /**
   * The execution that the pool works for: its workers and its queue are then those of the execution too. Until that ends, or
   * `detach()`. Default none.
   */
  readonly execution?: ExecutionRun | undefined;
}

/** Options of {@link trackWorker}; `Message` is what the worker posts. */
export interface WorkerOptions<Message = unknown> extends PoolOptions {
  /** What the worker is called in events. Default: the number of its thread. */
  readonly id?: string | undefined;
  /**
   * Which of its messages stand for items that it has processed: `true` for all of them, or a function that says how many:
   * `(message: { count?: number }) => message.count ?? 0`. Default `false`.
   */
  readonly items?: boolean | ((message: Message) => number) | undefined;
}

/** Options of a pool or a worker with the defaults filled in. */
export interface CrewSettings {
  readonly own: SubjectSettings;
  readonly execution: Run | undefined;
}

/** Reads what pools and workers have in common. */
export function readCrewSettings<O extends PoolOptions>(
  reader: OptionReader<O>,
  summary: string,
  nameOf: (execution: Run) => string,
): CrewSettings {
  const given = reader.raw('execution');
  const execution = given instanceof Run ? given : undefined;
  if (given !== undefined && execution === undefined) {
    reader.add('execution', describeValue(given), 'the run that trackExecution hands to its work');
  }
  const name = reader.raw('name') ?? (execution === undefined ? undefined : nameOf(execution));
  if (execution !== undefined && reader.raw('name') === execution.name) {
    const fix =
      'Its tasks and the items of the execution would be added up: leave the name out, or choose another.';
    reader.add('name', describeValue(name), 'a name other than that of the execution', fix);
  }
  // Left out, these are those of the execution.
  const own = readSubject(reader, name as string);
  reader.done(summary);
  if (execution === undefined) return { own: { ...own, labels: ownAttributes(own.labels) }, execution };
  const { labels, meterProvider, events } = execution.settings;
  return {
    own: {
      ...own,
      labels: ownAttributes(reader.raw('labels') === undefined ? labels : own.labels),
      meterProvider: reader.raw('meterProvider') === undefined ? meterProvider : own.meterProvider,
      events: reader.raw('events') === undefined ? events : own.events,
    },
    execution,
  };
}

const POOL_KEYS = ['name', 'labels', 'hooks', 'meterProvider', 'events', 'execution'] as const;

/** A reader of the options of a pool. */
export function poolReader(options: PoolOptions): OptionReader<PoolOptions> {
  return new OptionReader<PoolOptions>(options, POOL_KEYS);
}

/** A reader of the options of a worker. */
export function workerReader(options: WorkerOptions): OptionReader<WorkerOptions> {
  return new OptionReader<WorkerOptions>(options, [...POOL_KEYS, 'id', 'items']);
}
