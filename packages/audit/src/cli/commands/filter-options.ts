import { parseDuration } from '@org/instrument-core';
import type { AuditQuery, QueriedOutcome } from '../../query/query.ts';
import { UsageError } from './run-command.ts';

/** An option with a value, as `parseArgs` takes it. */
interface TextOption {
  readonly type: 'string';
}

/** An option that may be given several times. */
interface TextsOption extends TextOption {
  readonly multiple: true;
}

/** From the year 1973 on; fewer digits are seconds. */
const UNIX_MILLIS = /^\d{12,15}$/;

const text: TextOption = { type: 'string' };
const texts: TextsOption = { type: 'string', multiple: true };

/** Options of time, as `parseArgs` takes them. */
export const timeOptions: Readonly<Record<'from' | 'to', TextOption>> = { from: text, to: text };

/** Options that filter entries, as `parseArgs` takes them. */
export const filterOptions: Readonly<
  Record<'from' | 'to' | 'trace' | 'tenant' | 'request' | 'limit', TextOption> &
    Record<'actor' | 'action' | 'target' | 'outcome', TextsOption>
> = {
  ...timeOptions,
  actor: texts,
  action: texts,
  target: texts,
  outcome: texts,
  trace: text,
  tenant: text,
  request: text,
  limit: text,
};

/** The same in a line of help. */
export const FILTER_USAGE =
  '[--from TIME] [--to TIME] [--actor ID]… [--action NAME|PREFIX*]… [--target ID]… [--outcome OUTCOME|started]… [--trace ID] [--tenant ID] [--request ID] [--limit N]';

/** Values of `filterOptions`. */
export interface FilterValues {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly actor?: string[] | undefined;
  readonly action?: string[] | undefined;
  readonly target?: string[] | undefined;
  readonly outcome?: string[] | undefined;
  readonly trace?: string | undefined;
  readonly tenant?: string | undefined;
  readonly request?: string | undefined;
  readonly limit?: string | undefined;
}

/** The query of the options that were given; whether it makes sense, the query itself checks. */
export function queryOf(values: FilterValues): AuditQuery {
  const { from, to, actor, action, target, outcome, trace, tenant, request, limit } = values;
  return {
    from: timeOf(from),
    to: timeOf(to),
    actor,
    action,
    target,
    outcome: outcome as QueriedOutcome[] | undefined,
    traceId: trace,
    tenant,
    requestId: request,
    limit: numberOf(limit) as number | undefined,
  };
}

/** A duration such as `2h` as the time that long ago, Unix time in milliseconds as such, and ISO 8601 text as it is. */
export function timeOf(value: string | undefined): string | number | undefined {
  if (value !== undefined && UNIX_MILLIS.test(value)) return Number(value);
  const ago = parseDuration(value);
  return ago === undefined ? value : Date.now() - ago;
}

/** A number; what is none as it is: the query says what it should be. */
function numberOf(value: string | undefined): number | string | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
}

/** The only positional argument: the directory of the journal. */
export function directoryOf(positionals: readonly string[]): string {
  const [directory, unexpected] = positionals;
  if (directory === undefined) throw new UsageError('the directory of a journal is missing');
  if (unexpected !== undefined) throw new UsageError(`"${unexpected}" was not expected`);
  return directory;
}
