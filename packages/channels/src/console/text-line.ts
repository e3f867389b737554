import { escapeLine } from '../lines/escape.ts';
import type { Notification, Severity } from '../notification.ts';

/** Select graphic rendition (ECMA-48, 8.3.117). */
const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const GREEN = '\u001b[32m';
const COLOURS: Readonly<Record<Severity, string>> = {
  info: '\u001b[36m',
  warning: '\u001b[33m',
  error: '\u001b[31m',
  critical: '\u001b[1;31m',
};
/** Width of the longest of the usual words. */
const WORD_WIDTH = 8;

/** Makes the function that writes a notification as a line: time, severity or end, title, text, and the key in brackets. */
export function textLine(hasColours: boolean): (notification: Notification) => string {
  const paint = (colour: string, text: string): string => (hasColours ? `${colour}${text}${RESET}` : text);
  return (notification) => {
    const { timestampMillis, severity, phase, title, text, key, event, traceId } = notification;
    const word = phase === 'resolved' || phase === 'acknowledged' ? phase : severity;
    const colour = phase === 'resolved' ? GREEN : COLOURS[severity];
    const trace = traceId === undefined ? '' : ` trace=${escapeLine(traceId)}`;
    const parts = [
      paint(DIM, new Date(timestampMillis).toISOString()),
      paint(colour, word.padEnd(WORD_WIDTH)),
      escapeLine(title === '' ? event : title),
      ...(text === '' ? [] : ['|', text.split('\n').map(escapeLine).join(' ⏎ ')]),
      paint(DIM, `[${escapeLine(key)}${trace}]`),
    ];
    return `${parts.join(' ')}\n`;
  };
}
