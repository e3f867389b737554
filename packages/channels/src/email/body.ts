import { factsOf } from '../message/facts.ts';
import type { Notification, Severity } from '../notification.ts';
import { boundedText, oneLine } from '../text.ts';
import { circumstancesOf } from './circumstances.ts';

const COLOURS: Readonly<Record<Severity, string>> = {
  info: '#3b6ea5',
  warning: '#b7791f',
  error: '#c53030',
  critical: '#822727',
};
/** Facts of a payload, and characters of one. */
const MAX_FACTS = 30;
const MAX_VALUE = 500;
const RESOLVED = '#2f855a';
const RULE = '-'.repeat(60);

/** The plain part of a mail. */
export function textBody(batch: readonly Notification[]): string {
  return batch
    .map((notification) => {
      const facts = rowsOf(notification).map(([what, value]) => `${what}: ${value}`);
      return [oneLine(notification.title), boundedText(notification.text), facts.join('\n')]
        .filter((part) => part !== '')
        .join('\n\n');
    })
    .join(`\n\n${RULE}\n\n`);
}

/** The same in HTML: no image, no link, nothing that loads. */
export function htmlBody(batch: readonly Notification[]): string {
  const sections = batch.map((notification) => {
    const { phase, severity, title, text } = notification;
    const colour = phase === 'resolved' ? RESOLVED : COLOURS[severity];
    const rows = rowsOf(notification).map(
      ([what, value]) =>
        `<tr><td style="padding:2px 16px 2px 0;color:#666">${escapeHtml(what)}</td><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
    );
    return [
      `<div style="margin:0 0 24px;padding:0 0 0 12px;border-left:4px solid ${colour}">`,
      `<h2 style="margin:0 0 8px;font-size:16px">${escapeHtml(oneLine(title))}</h2>`,
      `<p style="margin:0 0 12px;white-space:pre-wrap">${escapeHtml(boundedText(text))}</p>`,
      `<table style="border-collapse:collapse;font-size:13px">${rows.join('')}</table>`,
      '</div>',
    ].join('\n');
  });
  return `<!doctype html>\n<html><body style="font-family:sans-serif;font-size:14px">\n${sections.join('\n')}\n</body></html>\n`;
}

/** What its payload says, and then what is said of every notification. */
function rowsOf(notification: Notification): (readonly [what: string, value: string])[] {
  const told = factsOf(notification, MAX_FACTS).map(
    ({ name, value }) => [oneLine(name), oneLine(value, MAX_VALUE)] as const,
  );
  return [...told, ...circumstancesOf(notification)];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
