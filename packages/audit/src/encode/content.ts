import type { EntryContent, JsonObject } from '../operation/entry.ts';
import type { AuditOperation } from '../operation/operation.ts';
import type { ActionCheck } from './action.ts';
import { type EncodeCall, MAX_ADJUSTMENTS } from './call.ts';
import { encodeCorrelation } from './correlation.ts';
import { encodeDatasets } from './datasets.ts';
import type { EntryFacts } from './encoder.ts';
import { entryText } from './entry-text.ts';
import { encodeError } from './error.ts';
import { tellUnknown } from './fields.ts';
import { isList, kindOf } from './kind.ts';
import { encodeOutcome } from './outcome.ts';
import { encodeActor, encodeTarget } from './parties.ts';
import { encodeDuration, encodeStartTime } from './times.ts';
import type { EncodeTools } from './tools.ts';

type Draft = { -readonly [Key in keyof EntryContent]: EntryContent[Key] };

/** An operation as the content of an entry, its keys in canonical order. Problems are left with the call. */
export function encodeContent(
  tools: EncodeTools,
  checkAction: ActionCheck,
  operation: AuditOperation,
  facts: EntryFacts,
  call: EncodeCall,
): EntryContent {
  tellUnknown(operation, call);
  const { action, error, inputs, outputs, correlation } = operation;
  const { startTime, durationMillis, attributes } = operation;
  const problem = checkAction(action, call.isOwn);
  if (problem !== undefined) call.complain(problem);
  const { context, phase, started } = facts;
  const { reason: reasonPaths } = tools.fieldPaths;

  // In the order of their names, as in canonical JSON; only what was changed comes before what it was changed in.
  const content = { action } as Draft;
  const actor = encodeActor(tools, operation.actor ?? context?.actor, call);
  if (actor !== undefined) content.actor = actor;
  const cleanAttributes = encodeAttributes(tools, attributes, call);
  const cleanCorrelation = encodeCorrelation(tools, correlation, facts, call);
  const duration = encodeDuration(durationMillis, call);
  const cleanError = encodeError(tools, error, call);
  const cleanInputs = encodeDatasets(tools, inputs, 'inputs', call);
  const outcome = encodeOutcome(operation.outcome, cleanError !== undefined, call);
  const cleanOutputs = encodeDatasets(tools, outputs, 'outputs', call);
  call.field = 'reason';
  const givenReason = operation.reason ?? context?.reason;
  const reason = entryText(tools, givenReason, undefined, reasonPaths?.isMatch === true, call);
  const start = encodeStartTime(startTime, duration, facts.time, call);
  const target = encodeTarget(tools, operation.target, call);

  const adjusted = call.adjustments(MAX_ADJUSTMENTS);
  if (adjusted !== undefined) content.adjusted = adjusted;
  if (cleanAttributes !== undefined) content.attributes = cleanAttributes;
  if (cleanCorrelation !== undefined) content.correlation = cleanCorrelation;
  if (duration !== undefined && !tools.fieldPaths.durationMillis?.isMatch) content.durationMillis = duration;
  if (cleanError !== undefined) content.error = cleanError;
  if (cleanInputs !== undefined) content.inputs = cleanInputs;
  if (phase !== 'started') content.outcome = outcome;
  if (cleanOutputs !== undefined) content.outputs = cleanOutputs;
  if (phase !== undefined) content.phase = phase;
  if (reason !== undefined) content.reason = reason;
  if (start !== undefined && !tools.fieldPaths.startTime?.isMatch) content.startTime = start;
  if (started !== undefined) content.started = started;
  if (target !== undefined) content.target = target;
  content.time = facts.time;
  return content;
}

function encodeAttributes(tools: EncodeTools, given: unknown, call: EncodeCall): JsonObject | undefined {
  if (given === undefined) return undefined;
  call.field = 'attributes';
  if (typeof given !== 'object' || given === null || isList(given)) {
    call.complain({ path: 'attributes', found: kindOf(given), expected: 'an object' });
    return undefined;
  }
  const state = tools.fieldPaths.attributes;
  if (state?.isMatch) return undefined;
  const cleaned = tools.cleanValue(given, state, call);
  if (typeof cleaned === 'object' && cleaned !== null && !Array.isArray(cleaned)) {
    for (const _ in cleaned) return cleaned as JsonObject;
    return undefined;
  }
  // Something that is an object and becomes a value or a list: a Date, a Set, a toJSON that returns text.
  return cleaned === undefined ? undefined : { value: cleaned };
}
