import { describeValue, didYouMean, type OptionReader } from '@org/instrument-core';
import type { Notification } from '../notification.ts';
import { patternProblem } from '../selection/pattern.ts';
import type { ChannelSettings, Template } from '../settings.ts';
import { parseTemplate, type TemplatePiece } from '../template/parse-template.ts';

/** Names and patterns of the events that a channel wants. */
export function readEvents<O extends ChannelSettings>(read: OptionReader<O>): ChannelSettings['events'] {
  const given: unknown = read.raw('events');
  if (given === undefined) return undefined;
  const isText = typeof given === 'string';
  if (!isText && !(Array.isArray(given) && given.length > 0)) {
    read.add('events', describeValue(given), 'the name of an event, a pattern, or a list of them', undefined);
    return undefined;
  }
  const patterns: readonly unknown[] = isText ? [given] : given;
  let isRight = true;
  for (const [i, pattern] of patterns.entries()) {
    const problem =
      typeof pattern === 'string' ? patternProblem(pattern, i) : { expected: 'text', fix: undefined };
    if (problem === undefined) continue;
    isRight = false;
    read.add(isText ? 'events' : `events[${i}]`, describeValue(pattern), problem.expected, problem.fix);
  }
  // A copy: what the user does to the list later is of no account.
  return isRight ? (patterns.slice() as string[]) : undefined;
}

/** A template of title or text. */
export function readTemplate<O extends ChannelSettings>(
  read: OptionReader<O>,
  key: 'title' | 'text',
): Template | undefined {
  const given: unknown = read.raw(key);
  if (given === undefined || typeof given === 'function') return given as Template | undefined;
  if (typeof given !== 'string') {
    read.add(key, describeValue(given), 'a template, or a function that returns a text');
    return undefined;
  }
  const parsed = parseTemplate(given);
  if (!('problem' in parsed)) return isOfFields(read, key, parsed) ? given : undefined;
  const fix = 'Write what is to be put in as {{severity}} or {{payload.reason}}.';
  read.add(key, parsed.problem, 'a template whose braces are balanced around paths', fix);
  return undefined;
}

/** What a notification has: where paths of templates begin. */
const FIELDS: readonly (keyof Notification)[] = [
  'id',
  'event',
  'timestampMillis',
  'severity',
  'phase',
  'key',
  'title',
  'text',
  'source',
  'traceId',
  'spanId',
  'payload',
];

/** Notes paths that begin with no field of a notification: they would be empty for ever. */
function isOfFields<O extends ChannelSettings>(
  read: OptionReader<O>,
  key: 'title' | 'text',
  pieces: readonly TemplatePiece[],
): boolean {
  let isRight = true;
  for (const piece of pieces) {
    if (typeof piece === 'string') continue;
    const [field = ''] = piece;
    if ((FIELDS as readonly string[]).includes(field)) continue;
    isRight = false;
    const fix =
      didYouMean(field, FIELDS) ??
      `What the event itself said is in payload: {{payload.${piece.join('.')}}}.`;
    read.add(key, `"{{${piece.join('.')}}}"`, `a field of a notification: ${FIELDS.join(', ')}`, fix);
  }
  return isRight;
}
