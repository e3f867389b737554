import { reportFault } from '@org/instrument-core';
import type { Phase, Severity } from '../notification.ts';
import { oneLine } from '../text.ts';
import { messageOf, textOf } from './fields.ts';
import type { Payload, Reading } from './reading.ts';
import { severityOfWord } from './severity-word.ts';

const PHASES: readonly Phase[] = ['occurred', 'triggered', 'acknowledged', 'resolved'];
/** Words that are told to be unknown, once each; whoever makes up more has none told beyond. */
const MAX_UNKNOWN = 100;
/** Characters of such a word that are shown. */
const MAX_WORD = 40;
const unknown = new Set<string>();

/**
 * Reads an event of the user's own by what it says of itself, where that is of the right type: `severity`, `phase`, `key`,
 * `title`, and as text the first of `text`, `message` and `summary`; without a title, the first line of that is one, behind the name of
 * the event. What is an error, or has one as `error` or `err`, is of severity `error`. A severity may be in the words of loggers;
 * one in any other word is `warning`: better told than lost.
 */
export function readOwn(event: string, payload: Payload): Reading {
  const own = severityIn(payload);
  const phase = phaseIn(payload);
  const error = errorOf(payload);
  const said = isError(payload)
    ? error
    : (textOf(payload, 'text') ?? textOf(payload, 'message') ?? textOf(payload, 'summary') ?? error);
  const title = textOf(payload, 'title');
  const summary = textOf(payload, 'summary') ?? said;
  const severity: Severity = own ?? (error === undefined ? 'info' : 'error');
  return {
    severity,
    ...(phase === undefined ? {} : { phase }),
    key: textOf(payload, 'key') ?? event,
    title: title ?? (summary === undefined ? event : `${event}: ${firstLine(summary)}`),
    // What the title says already is not said again.
    text: said === undefined || (title ?? firstLine(summary ?? '')) === oneLine(said) ? '' : said,
  };
}

/** An error that an event is, or has. */
function errorOf(payload: Payload): string | undefined {
  return isError(payload) ? messageOf(payload) : (messageOf(payload.error) ?? messageOf(payload.err));
}

function severityIn(payload: Payload): Severity | undefined {
  const word = textOf(payload, 'severity');
  if (word === undefined) return undefined;
  const known = severityOfWord(word);
  if (known === undefined) tellUnknown('severity', word, 'it is taken for a warning');
  return known ?? 'warning';
}

function phaseIn(payload: Payload): Phase | undefined {
  const word = textOf(payload, 'phase');
  if (word === undefined) return undefined;
  const known = PHASES.find((phase) => phase === word.trim().toLowerCase());
  if (known === undefined) tellUnknown('phase', word, `known are ${PHASES.join(', ')}`);
  return known;
}

function tellUnknown(field: string, word: string, consequence: string): void {
  const what = `reading the ${field} "${oneLine(word, MAX_WORD)}"`;
  if (unknown.has(what) || unknown.size >= MAX_UNKNOWN) return;
  unknown.add(what);
  reportFault('channels', what, new Error(`it is no ${field} of a notification; ${consequence}`));
}

function isError(payload: Payload): boolean {
  return textOf(payload, 'stack') !== undefined && textOf(payload, 'name') !== undefined;
}

function firstLine(text: string): string {
  return oneLine(text.trim().split('\n', 1)[0] ?? '');
}
