import { counted } from '@org/instrument-core';
import { numberOf, textOf } from './fields.ts';
import type { EventReader, Payload, Reading } from './reading.ts';
import { count, lines, withReason } from './words.ts';

/** Reads what audit says. A journal that cannot write is a condition; that it can again is its end. */
export const readAudit: EventReader = (event, payload) => {
  const directory = textOf(payload, 'directory');
  if (directory === undefined) return undefined;
  const key = `audit/${directory}`;
  switch (event) {
    case 'audit.state':
      return readState(payload, directory);
    case 'audit.recovered':
      return readRecovered(payload, directory);
    case 'audit.checkpoint':
      return {
        severity: 'info',
        key: `${key}/checkpoint`,
        title: `Checkpoint of the audit journal: ${counted(numberOf(payload, 'size') ?? 0, 'entry', 'entries')}`,
        text: textOf(payload, 'note') ?? '',
      };
    case 'audit.pruned': {
      const [first, last] = [numberOf(payload, 'first') ?? '?', numberOf(payload, 'last') ?? '?'];
      return {
        severity: 'info',
        key: `${key}/retention`,
        title: `Retention removed entries ${first} to ${last} of the audit journal`,
        text: `Their hashes are kept in ${directory}.`,
      };
    }
    case 'audit.erased':
      return {
        severity: 'info',
        key: `${key}/erasure`,
        title: 'The audit key of a person was erased',
        text: lines(withReason('Pseudonym', textOf(payload, 'pseudonym')), `Journal: ${directory}`),
      };
    default:
      return undefined;
  }
};

function readState(payload: Payload, directory: string): Reading | undefined {
  const to = textOf(payload, 'to');
  if (to === undefined) return undefined;
  const key = `audit/${directory}`;
  const reason = textOf(payload, 'reason');
  const waiting = numberOf(payload, 'waitingEntries') ?? 0;
  const shed = numberOf(payload, 'shed') ?? 0;
  const text = lines(
    `Journal: ${directory}`,
    waiting === 0 ? undefined : `Entries that wait for the disk: ${count(waiting)}`,
    shed === 0 ? undefined : `Entries lost since the process started: ${count(shed)}`,
  );
  switch (to) {
    case 'open':
      return {
        severity: textOf(payload, 'from') === 'full' ? 'critical' : 'error',
        phase: 'resolved',
        key,
        title: 'The audit journal is written again',
        text,
      };
    case 'waiting':
      return {
        severity: 'error',
        phase: 'triggered',
        key,
        title: withReason('The audit journal cannot be written', reason),
        text,
      };
    case 'full':
      return {
        severity: 'critical',
        phase: 'triggered',
        key,
        title: withReason('The audit journal takes no more entries', reason),
        text,
      };
    case 'closed':
      // Without a reason it was asked for.
      if (reason === undefined) return { severity: 'info', key, title: 'The audit journal is closed', text };
      return {
        severity: 'critical',
        phase: 'triggered',
        key,
        title: `The audit journal has closed: ${reason}`,
        text,
      };
    default:
      return { severity: 'info', key, title: withReason(`The audit journal is ${to}`, reason), text };
  }
}

function readRecovered(payload: Payload, directory: string): Reading {
  const key = `audit/${directory}/recovery`;
  const missing = numberOf(payload, 'missing') ?? 0;
  const torn = numberOf(payload, 'tornBytes') ?? 0;
  const interrupted = Array.isArray(payload.interrupted) ? payload.interrupted.length : 0;
  const tornFile = textOf(payload, 'tornFile');
  const text = lines(
    `Journal: ${directory}`,
    `Entries: ${count(numberOf(payload, 'size') ?? 0)}`,
    interrupted === 0
      ? undefined
      : `Operations whose end is unknown: ${count(interrupted)}${interrupted >= 100 ? ' or more' : ''}`,
    torn === 0
      ? undefined
      : `Cut off: ${count(torn)} bytes of an entry that was being written${tornFile === undefined ? '' : `, kept in ${tornFile}`}`,
  );
  if (missing > 0) {
    const title = `The audit journal lacks ${counted(missing, 'entry', 'entries')} that a signed checkpoint covers`;
    return { severity: 'critical', key, title, text: lines('Somebody has cut the journal.', text) };
  }
  const hasGaps = torn > 0 || interrupted > 0;
  return {
    severity: hasGaps ? 'warning' : 'info',
    key,
    title: 'The audit journal was not closed by its last process, and is open again',
    text,
  };
}
