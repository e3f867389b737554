import type { Tally } from './tally.ts';

/** A figure that the metrics give, and the same as it was counted. */
export interface Figure {
  readonly name: string;
  readonly shown: number;
  readonly counted: number;
}

/** What `/metrics` shows of a batch that has ended, beside what the batch has counted itself. */
export function figuresOf(exposition: string, tally: Tally): Figure[] {
  const sum = (name: string, label = ''): number => sumOf(exposition, name, label);
  const figure = (name: string, shown: number, counted: number): Figure => ({ name, shown, counted });
  const { processed, failed, bytes, compressedBytes } = tally;
  return [
    figure('executions', sum('batch_executions_total'), 1),
    figure('executions, from their duration', sum('batch_execution_duration_seconds_count'), 1),
    figure('items', sum('batch_items_processed_total'), processed),
    figure('items failed', sum('batch_items_failed_total'), failed),
    figure('errors of items', sum('batch_errors_total', 'scope="item"'), failed),
    figure('items of the stream', sum('batch_files_items_processed_total'), processed),
    figure('tasks of the pool', sum('batch_pool_tasks_total'), processed),
    figure('tasks that succeeded', sum('batch_pool_tasks_total', 'success="true"'), processed - failed),
    figure('bytes read', sum('batch_bytes_total', 'direction="read"'), bytes),
    figure('bytes written', sum('batch_bytes_total', 'direction="written"'), compressedBytes),
    figure('workers at work', sum('batch_workers_active'), 0),
    figure('items that wait', sum('batch_queue_depth'), 0),
    figure('executions that run', sum('batch_executions_active'), 0),
  ];
}

/** The sum of the samples of a name that have a label, in the text format of Prometheus. */
function sumOf(exposition: string, name: string, label: string): number {
  let sum = 0;
  for (const line of exposition.split('\n')) {
    const [, labels = '', value] = line.startsWith(name)
      ? (/^(?:\{([^}]*)\})? (\S+)/.exec(line.slice(name.length)) ?? [])
      : [];
    if (value !== undefined && labels.includes(label)) sum += Number(value);
  }
  return sum;
}
