import { describeValue, InstrumentError, type Problem, unknownKeys } from '@org/instrument-core';
import type { Audit } from '../audit.ts';
import { createActionCheck } from '../encode/action.ts';
import { audit as processAudit } from '../process-audit.ts';
import { snapshot } from '../record/snapshot.ts';
import type { AuditDurability, EndedCall } from './audited-options.ts';
import { isRecord, PART_SHAPES, type PartName } from './parts.ts';

/** Asks a user's function for a part that is known before the call. */
export type AskBefore = (args: unknown[], self: unknown) => unknown;

/** Options after validation. */
export interface Settings {
  readonly action: string;
  /** Parts that are the same in each call. */
  readonly fixed: readonly (readonly [name: PartName, value: unknown])[];
  /** Parts that are asked for in each call. */
  readonly asked: readonly (readonly [name: PartName, ask: AskBefore])[];
  readonly after: ((call: EndedCall) => unknown) | undefined;
  readonly classify: ((error: unknown, result: unknown) => unknown) | undefined;
  readonly durability: AuditDurability;
  readonly stream: boolean | undefined;
  /** `undefined`: that of the process. */
  readonly audit: Audit | undefined;
}

const PARTS = Object.keys(PART_SHAPES) as PartName[];
const KEYS: readonly string[] = ['action', ...PARTS, 'after', 'classify', 'durability', 'stream', 'audit'];
const DURABILITIES: readonly unknown[] = ['written', 'durable', 'queued'];
const METHODS: readonly (keyof Audit)[] = ['record', 'begin'];

/** The actions that are declared are known to the journal alone. */
const actionProblem = createActionCheck(undefined);

/** An `InstrumentError` of code `INSTRUMENT_DECORATOR_MISUSE`. */
export function misuse(summary: string, problems: readonly Problem[]): InstrumentError {
  return new InstrumentError('INSTRUMENT_DECORATOR_MISUSE', summary, problems);
}

/** Checks what a user gave as action and options, adding to `problems` what is wrong with them. */
export function settingsOf(action: unknown, given: unknown, problems: Problem[]): Settings {
  const options = optionsOf(action, given, problems);
  const check = (path: string, expected: string, holds: boolean): void => {
    if (!holds) problems.push({ path, found: describeValue(options[path]), expected });
  };
  problems.push(...unknownKeys(options, KEYS));
  const problem = actionProblem(options.action, false);
  if (problem !== undefined) problems.push({ fix: "Say what is done: 'orders.refund'.", ...problem });
  const fixed: [PartName, unknown][] = [];
  const asked: [PartName, AskBefore][] = [];
  for (const name of PARTS) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value === 'function') asked.push([name, value as AskBefore]);
    else if (PART_SHAPES[name].holds(value)) fixed.push([name, snapshot(value)]);
    else check(name, `${PART_SHAPES[name].expected}, or a function that returns it`, false);
  }
  const { after, classify, durability = 'written', stream, audit } = options;
  check('after', 'a function', after === undefined || typeof after === 'function');
  check('classify', 'a function', classify === undefined || typeof classify === 'function');
  check('durability', "'written', 'durable' or 'queued'", DURABILITIES.includes(durability));
  check('stream', 'true or false', stream === undefined || typeof stream === 'boolean');
  check('audit', 'an Audit, as createAudit makes it', audit === undefined || isAudit(audit));
  return {
    action: options.action as string,
    fixed,
    asked,
    after: after as Settings['after'],
    classify: classify as Settings['classify'],
    durability: durability as AuditDurability,
    stream: stream as boolean | undefined,
    audit: audit === processAudit ? undefined : (audit as Audit | undefined),
  };
}

function optionsOf(action: unknown, given: unknown, problems: Problem[]): Record<string, unknown> {
  if (given !== undefined && !isRecord(given)) {
    problems.push({ path: '', found: describeValue(given), expected: 'an object of options' });
  }
  const options = isRecord(given) ? given : {};
  return action === undefined ? options : { ...options, action };
}

function isAudit(value: unknown): boolean {
  return isRecord(value) && METHODS.every((method) => typeof value[method] === 'function');
}
