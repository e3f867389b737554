import { describeValue, didYouMean, ownText, type Problem } from '@org/instrument-core';

/** Dotted words; linear, since no word has a dot. */
const ACTION = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const PREFIX = /^(?:[A-Za-z0-9_-]+\.)*\*$/;
const BEGINNING = /^(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]*$/;
const MAX_LENGTH = 128;
/** What the journal says of itself: nobody else may. */
const RESERVED = 'audit.';
const GRAMMAR = 'dotted words of letters, digits, _ and -, at most 128 characters';
/** Actions known to be right; a program has no more, unless it puts data into them. */
const MAX_KNOWN = 1_000;

/** What is wrong with an action. `isOwn`: it is the journal that says it, and what was declared once may have changed. */
export type ActionCheck = (action: unknown, isOwn: boolean) => Problem | undefined;

/** Checks actions against the grammar and those that were declared. */
export function createActionCheck(declared: readonly string[] | undefined): ActionCheck {
  const known = new Set<unknown>();
  return (action, isOwn) => {
    if (known.has(action)) return undefined;
    const problem = problemOf(action, isOwn, declared);
    if (problem === undefined && !isOwn && known.size < MAX_KNOWN) known.add(ownText(action as string));
    return problem === undefined ? undefined : { path: 'action', ...problem };
  };
}

function problemOf(
  action: unknown,
  isOwn: boolean,
  declared: readonly string[] | undefined,
): Omit<Problem, 'path'> | undefined {
  if (typeof action !== 'string') return { found: describeKind(action), expected: GRAMMAR };
  const found = describeValue(action);
  if (!isAction(action)) return { found, expected: GRAMMAR };
  if (isOwn) return undefined;
  if (action.startsWith(RESERVED)) {
    return {
      found,
      expected: `an action that does not begin with ${RESERVED}, which the journal itself uses`,
    };
  }
  if (declared === undefined || declared.some((each) => covers(each, action))) return undefined;
  const fix = didYouMean(action, declared) ?? 'Declare it in the option actions.';
  return { found, expected: 'one of the declared actions', fix };
}

function describeKind(value: unknown): string {
  return value === undefined || value === null || value === '' ? describeValue(value) : `a ${typeof value}`;
}

/** Whether it can stand in an entry. */
export function isAction(text: string): boolean {
  return text.length <= MAX_LENGTH && ACTION.test(text);
}

/** Whether an action can begin with it. */
export function isBeginningOfAction(text: string): boolean {
  return text.length <= MAX_LENGTH && BEGINNING.test(text);
}

function covers(declared: string, action: string): boolean {
  return declared.endsWith('*') ? action.startsWith(declared.slice(0, -1)) : declared === action;
}

/** What is wrong with the declared actions. */
export function actionProblems(actions: unknown, prefix: string): Problem[] {
  if (actions === undefined) return [];
  if (!Array.isArray(actions) || actions.length === 0) {
    const expected = "a list of actions, or of prefixes with a star such as 'orders.*'";
    return [{ path: prefix, found: describeValue(actions), expected, fix: 'Leave it out to allow any.' }];
  }
  return actions.flatMap((action: unknown, i): Problem[] => {
    const path = `${prefix}[${i}]`;
    const found = describeValue(action);
    if (typeof action !== 'string' || !(isAction(action) || isPrefix(action))) {
      const expected = `${GRAMMAR}, or words and a star as the last`;
      const star = typeof action === 'string' ? starred(action) : undefined;
      return [{ path, found, expected, ...(star === undefined ? {} : { fix: `Did you mean ${star}?` }) }];
    }
    if (!action.startsWith(RESERVED)) return [];
    return [{ path, found, expected: `an action that does not begin with ${RESERVED}`, fix: 'Remove it.' }];
  });
}

function isPrefix(text: string): boolean {
  return text.length <= MAX_LENGTH && PREFIX.test(text);
}

/** `orders*` and `orders.` are surely `orders.*`. */
function starred(text: string): string | undefined {
  const words = `${text.replace(/[.*]+$/, '')}.*`;
  return isPrefix(words) ? words : undefined;
}
