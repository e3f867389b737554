import { reportFault } from '@org/instrument-core';
import type { Notification } from '../notification.ts';
import type { ChannelSettings, Template } from '../settings.ts';
import { boundedText, oneLine } from '../text.ts';
import { parseTemplate, type TemplatePiece } from './parse-template.ts';

/** A compiled template: a text, or `undefined` where it could make none. */
type Render = (notification: Notification) => string | undefined;

/**
 * Compiles the templates of a channel, which must have been checked. What is returned renders title and text anew, and gives
 * back the notification itself where there are none. A template that throws, or makes no text, leaves what the event says of
 * itself, and is reported.
 */
export function compileTemplates(
  settings: ChannelSettings | undefined,
): (notification: Notification) => Notification {
  const title = compile(settings?.title, 'title');
  const text = compile(settings?.text, 'text');
  if (title === undefined && text === undefined) return (notification) => notification;
  return (notification) => {
    const ownTitle = title?.(notification);
    const ownText = text?.(notification);
    // An empty title would be an empty message in most places.
    const line = ownTitle === undefined ? '' : oneLine(ownTitle);
    return Object.freeze({
      ...notification,
      title: line === '' ? notification.title : line,
      text: ownText === undefined ? notification.text : boundedText(ownText),
    });
  };
}

function compile(template: Template | undefined, what: string): Render | undefined {
  if (template === undefined) return undefined;
  if (typeof template === 'function') return (notification) => call(template, notification, what);
  const pieces = parseTemplate(template);
  if ('problem' in pieces) {
    // Settings are checked before; whoever leaves that out gets the default.
    reportFault('channels', `the template of the ${what}`, new Error(pieces.problem));
    return undefined;
  }
  return (notification) => pieces.map((piece) => textOf(piece, notification)).join('');
}

function call(
  template: (notification: Notification) => string,
  notification: Notification,
  what: string,
): string | undefined {
  try {
    const text: unknown = template(notification);
    if (typeof text === 'string') return text;
    // An async function, most likely: what it rejects with is nobody else's.
    if (text instanceof Promise) text.catch(() => {});
    throw new TypeError(`it returned ${text instanceof Promise ? 'a promise' : typeof text}, not text`);
  } catch (error) {
    reportFault('channels', `the template of the ${what}`, error);
    return undefined;
  }
}

function textOf(piece: TemplatePiece, notification: Notification): string {
  if (typeof piece === 'string') return piece;
  let value: unknown = notification;
  for (const key of piece) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return '';
    value = (value as Record<string, unknown>)[key];
  }
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
