import { describeValue, InstrumentError, type Problem, unknownKeys } from '@org/instrument-core';
import { isAction, isBeginningOfAction } from '../encode/action.ts';
import { isTraceId } from '../encode/trace.ts';
import { type Cursor, parseCursor } from './cursor.ts';
import type { AuditQuery, QueriedOutcome } from './query.ts';
import { parseTime, TIME_FORM } from './time.ts';

/** A query whose values have been checked; an empty list asks for nothing in particular. */
export interface CheckedQuery {
  readonly fromMillis: number | undefined;
  readonly toMillis: number | undefined;
  readonly actors: readonly string[];
  readonly actions: readonly string[];
  readonly targets: readonly string[];
  readonly outcomes: readonly QueriedOutcome[];
  readonly traceId: string | undefined;
  readonly tenant: string | undefined;
  readonly requestId: string | undefined;
  readonly dataset: { readonly namespace: string; readonly name: string } | undefined;
  readonly order: 'ascending' | 'descending';
  readonly limit: number | undefined;
  readonly cursor: Cursor | undefined;
}

/** Entries of a page, at most. */
export const MAX_PAGE: number = 10_000;
const OUTCOMES: readonly QueriedOutcome[] = [
  'success',
  'failure',
  'cancelled',
  'denied',
  'unknown',
  'started',
];
/** What somebody may have put between several of them. */
const SEPARATORS = /[,;|\s]/;
const ORDERS = ['ascending', 'descending'];
const KEYS = [
  ...['from', 'to', 'actor', 'action', 'target', 'traceId', 'outcome', 'tenant', 'requestId'],
  ...['dataset', 'order', 'limit', 'cursor'],
];

/**
 * Checks a query; `isPage` for one page of it, whose limit is bounded.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems.
 */
export function checkQuery(query: AuditQuery, isPage: boolean): CheckedQuery {
  const problems: Problem[] = [];
  if (typeof query !== 'object' || query === null || Array.isArray(query)) {
    problems.push({ path: 'query', found: describeValue(query), expected: 'an object of filters' });
    throw invalid(problems);
  }
  problems.push(...unknownKeys(query, KEYS));
  const text = (path: 'tenant' | 'requestId'): string | undefined => checkText(query[path], path, problems);
  const checked: Omit<CheckedQuery, 'cursor'> = {
    fromMillis: checkTime(query.from, 'from', problems),
    toMillis: checkTime(query.to, 'to', problems),
    actors: checkTexts(query.actor, 'actor', problems),
    actions: checkActions(query.action, problems),
    targets: checkTexts(query.target, 'target', problems),
    outcomes: checkOutcomes(query.outcome, problems),
    traceId: checkTraceId(query.traceId, problems),
    tenant: text('tenant'),
    requestId: text('requestId'),
    dataset: checkDataset(query.dataset, problems),
    order: checkOrder(query.order, problems),
    limit: checkLimit(query.limit, isPage, problems),
  };
  const cursor = problems.length > 0 ? undefined : parseCursor(query.cursor, checked, problems);
  if (problems.length > 0) throw invalid(problems);
  return { ...checked, cursor };
}

function invalid(problems: readonly Problem[]): InstrumentError {
  return new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The query is wrong', problems);
}

function checkTime(value: unknown, path: string, problems: Problem[]): number | undefined {
  if (value === undefined) return undefined;
  const millis =
    value instanceof Date ? value.getTime() : typeof value === 'string' ? parseTime(value) : value;
  if (typeof millis === 'number' && Number.isFinite(millis)) return millis;
  const expected = `a Date, Unix time in milliseconds as a number, or ${TIME_FORM}`;
  problems.push({ path, found: describeValue(value), expected });
  return undefined;
}

function checkTraceId(value: unknown, problems: Problem[]): string | undefined {
  if (value === undefined) return undefined;
  // In an entry it is in lower case, however it was given.
  const traceId = typeof value === 'string' ? value.toLowerCase() : value;
  if (isTraceId(traceId)) return traceId;
  const expected = '32 hexadecimal digits, not all of them 0';
  problems.push({ path: 'traceId', found: describeValue(value), expected });
  return undefined;
}

function checkText(value: unknown, path: string, problems: Problem[]): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  problems.push({ path, found: describeValue(value), expected: 'text that is not empty' });
  return undefined;
}

function checkTexts(value: unknown, path: string, problems: Problem[]): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [checkText(value, path, problems) ?? ''];
  if (value.length === 0) {
    const fix = 'Leave it out to ask for any.';
    problems.push({ path, found: 'an empty list', expected: 'at least one of them', fix });
  }
  return value.map((item, i) => {
    if (item === undefined) {
      problems.push({ path: `${path}[${i}]`, found: 'nothing', expected: 'text that is not empty' });
    }
    return checkText(item, `${path}[${i}]`, problems) ?? '';
  });
}

function checkActions(value: unknown, problems: Problem[]): string[] {
  const expected = 'an action, or the beginning of one with a star: orders.*';
  return checkWords(value, 'action', isActionFilter, expected, problems);
}

function isActionFilter(text: string): boolean {
  return text.endsWith('*') ? isBeginningOfAction(text.slice(0, -1)) : isAction(text);
}

function checkOutcomes(value: unknown, problems: Problem[]): QueriedOutcome[] {
  const isOutcome = (text: string): boolean => OUTCOMES.includes(text as QueriedOutcome);
  const expected = `one of ${OUTCOMES.join(', ')}`;
  return checkWords(value, 'outcome', isOutcome, expected, problems) as QueriedOutcome[];
}

/** Texts of a kind of which no other is in any entry. */
function checkWords(
  value: unknown,
  path: 'action' | 'outcome',
  isWord: (text: string) => boolean,
  expected: string,
  problems: Problem[],
): string[] {
  const words = checkTexts(value, path, problems);
  for (const [i, word] of words.entries()) {
    if (word === '' || isWord(word)) continue;
    const problem = {
      path: Array.isArray(value) ? `${path}[${i}]` : path,
      found: describeValue(word),
      expected,
    };
    const isSeveral = SEPARATORS.test(word);
    problems.push(isSeveral ? { ...problem, fix: 'Name each by itself, in a list.' } : problem);
  }
  return words;
}

function checkDataset(value: unknown, problems: Problem[]): CheckedQuery['dataset'] {
  if (value === undefined) return undefined;
  const { namespace, name } = Object(value) as Record<string, unknown>;
  if (typeof namespace === 'string' && typeof name === 'string') return { namespace, name };
  const expected = 'an object of the texts namespace and name';
  problems.push({ path: 'dataset', found: describeValue(value), expected });
  return undefined;
}

function checkOrder(value: unknown, problems: Problem[]): CheckedQuery['order'] {
  if (value === undefined) return 'ascending';
  if (ORDERS.includes(value as string)) return value as CheckedQuery['order'];
  problems.push({ path: 'order', found: describeValue(value), expected: ORDERS.join(' or ') });
  return 'ascending';
}

function checkLimit(value: unknown, isPage: boolean, problems: Problem[]): number | undefined {
  if (value === undefined) return undefined;
  const max = isPage ? MAX_PAGE : Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max) {
    return value as number;
  }
  const expected = isPage ? `a whole number from 1 to ${MAX_PAGE}` : 'a whole number of at least 1';
  problems.push({ path: 'limit', found: describeValue(value), expected });
  return undefined;
}
