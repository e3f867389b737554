import { type Phase, SEVERITIES, type Severity } from '../notification.ts';
import { messageOf, textOf } from './fields.ts';
import type { Payload, Reading } from './reading.ts';
import { oneLine } from './text.ts';

const PHASES: readonly Phase[] = ['occurred', 'triggered', 'acknowledged', 'resolved'];

/**
 * Reads an event of the user's own by what it says of itself, where that is of the right type: `severity`, `phase`, `key`,
 * `title`, and as text the first of `text`, `message` and `summary`; without a title, the first line of that is one, behind the name of
 * the event. What is an error, or has one as `error`, is of severity `error`.
 */
export function readOwn(event: string, payload: Payload): Reading {
  const own = SEVERITIES.find((word) => word === payload.severity);
  const phase = PHASES.find((word) => word === payload.phase);
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
  return isError(payload) ? messageOf(payload) : messageOf(payload.error);
}

function isError(payload: Payload): boolean {
  return textOf(payload, 'stack') !== undefined && textOf(payload, 'name') !== undefined;
}

function firstLine(text: string): string {
  return oneLine(text.trim().split('\n', 1)[0] ?? '');
}
