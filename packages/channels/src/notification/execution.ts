import { counted } from '@org/instrument-core';
import type { Severity } from '../notification.ts';
import { messageOf, numberOf, textOf } from './fields.ts';
import type { EventReader, Payload, Reading } from './reading.ts';
import { count, describeMillis, lines, withReason } from './words.ts';

/** Reads what executions say. The key is the name of the execution, so that its runs come in order. */
export const readExecution: EventReader = (event, payload) => {
  const name = textOf(payload, 'name');
  if (name === undefined) return undefined;
  const key = `execution/${name}`;
  switch (event) {
    case 'execution.started':
      return { severity: 'info', key, title: `${name} has begun${totalOf(payload)}`, text: runOf(payload) };
    case 'execution.progress':
      return { severity: 'info', key, title: `${name}: ${progressOf(payload)}`, text: runOf(payload) };
    case 'execution.chunk.completed':
      return readChunk(payload, name, key);
    case 'execution.worker.started':
    case 'execution.worker.ended':
      return readWorker(event, payload, name, key);
    case 'execution.completed':
    case 'execution.failed':
    case 'execution.cancelled':
      return readEnd(event, payload, name, key);
    default:
      return undefined;
  }
};

/** One that has failed is trouble; one that left items undone, or was called off, is worth a look. */
function readEnd(event: string, payload: Payload, name: string, key: string): Reading {
  const outcome = event.slice('execution.'.length);
  const failed = numberOf(payload, 'failed') ?? 0;
  const severities: Readonly<Record<string, Severity>> = { failed: 'error', cancelled: 'warning' };
  const isPartial = outcome === 'completed' && failed > 0;
  const what = isPartial ? `completed with ${counted(failed, 'failed item')}` : outcome;
  const error = errorOf(payload);
  const reason = textOf(payload, 'reason') ?? error ?? errorTypeOf(payload);
  const why = outcome === 'failed' ? reason : isPartial ? error : undefined;
  const chunks = numberOf(payload, 'chunks') ?? 0;
  const rate = numberOf(payload, 'ratePerSecond');
  return {
    severity: severities[outcome] ?? (isPartial ? 'warning' : 'info'),
    key,
    title: withReason(`${name} ${what}${afterOf(payload)}`, why),
    text: lines(
      isSaid(error, why) ? undefined : `First error: ${error}`,
      `Items: ${progressOf(payload)}`,
      chunks === 0 ? undefined : `Chunks: ${count(chunks)}`,
      rate === undefined ? undefined : `Rate: ${count(rate)} items/s`,
      runOf(payload),
    ),
  };
}

function readChunk(payload: Payload, name: string, key: string): Reading {
  const failed = numberOf(payload, 'failed') ?? 0;
  const isBad = payload.success === false || failed > 0;
  const verb = payload.success === false ? 'failed' : 'completed';
  const chunk = `${name}: chunk ${numberOf(payload, 'chunk') ?? '?'} ${verb}${afterOf(payload)}`;
  return {
    severity: isBad ? 'warning' : 'info',
    key,
    title: withReason(chunk, isBad ? (errorOf(payload) ?? errorTypeOf(payload)) : undefined),
    text: lines(`Items: ${count(numberOf(payload, 'items') ?? 0)}, ${count(failed)} failed`, runOf(payload)),
  };
}

function readWorker(event: string, payload: Payload, name: string, key: string): Reading {
  const worker = `${name}: worker ${textOf(payload, 'worker') ?? '?'}`;
  const text = lines(`Workers running: ${count(numberOf(payload, 'running') ?? 0)}`, runOf(payload));
  if (event === 'execution.worker.started')
    return { severity: 'info', key, title: `${worker} has begun`, text };
  const reason = textOf(payload, 'reason') ?? 'ended';
  const code = numberOf(payload, 'exitCode');
  // The end of a worker that its execution outlives may well be what it fails of later.
  const isBad = reason === 'failed' || reason === 'exited';
  const why =
    errorOf(payload) ??
    errorTypeOf(payload) ??
    (code === undefined || code === 0 ? undefined : `exit code ${code}`);
  return {
    severity: isBad ? 'warning' : 'info',
    key,
    title: withReason(`${worker} ${reason}${afterOf(payload)}`, isBad ? why : undefined),
    text,
  };
}

function progressOf(payload: Payload): string {
  const processed = numberOf(payload, 'processed') ?? 0;
  const failed = numberOf(payload, 'failed') ?? 0;
  const total = numberOf(payload, 'total');
  const of = total === undefined ? '' : ` of ${count(total)}`;
  return `${count(processed)}${of} processed${failed === 0 ? '' : `, ${count(failed)} failed`}`;
}

function totalOf(payload: Payload): string {
  const total = numberOf(payload, 'total');
  return total === undefined ? '' : ` with ${counted(total, 'item')}`;
}

function afterOf(payload: Payload): string {
  const millis = numberOf(payload, 'durationMillis');
  return millis === undefined ? '' : ` after ${describeMillis(millis)}`;
}

/** Whether an error, which begins with its class, is part of what is said already. */
function isSaid(error: string | undefined, said = ''): boolean {
  return error === undefined || said.includes(error) || said.includes(error.slice(error.indexOf(': ') + 2));
}

/** What went wrong, or went wrong first, in its own words. */
function errorOf(payload: Payload): string | undefined {
  for (const key of ['error', 'firstError']) {
    const text = textOf(payload, key) ?? messageOf(payload[key]);
    if (text !== undefined) return text;
  }
  return undefined;
}

function errorTypeOf(payload: Payload): string | undefined {
  const type = textOf(payload, 'errorType');
  return type === 'none' ? undefined : type;
}

function runOf(payload: Payload): string {
  const run = textOf(payload, 'run');
  return run === undefined ? '' : `Run: ${run}`;
}
