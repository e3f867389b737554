import type { Attributes, Span } from '@opentelemetry/api';
import { discard, errorTypeOf, isError } from '@org/instrument-core';
import type { CallSite } from './call-site.ts';
import { reportFault } from './faults.ts';
import { admitErrorType, admitWord, defaultOutcome } from './outcome.ts';

/** What the user's `classify` says of a call that ended, or else the default. Never throws. */
export function outcomeOf(site: CallSite, thrown: boolean, error: unknown, result: unknown): string {
  const { classify } = site.settings;
  if (classify === undefined) return defaultOutcome(thrown, error);
  try {
    const word: unknown = classify(result as never, error, thrown);
    if (word === undefined) return defaultOutcome(thrown, error);
    if (typeof word === 'string' && word !== '') {
      const isOurs = word === 'ok' || word === 'error' || word === 'cancelled' || word === 'ignored';
      return isOurs ? word : admitWord(site.names.operation, word);
    }
    discard(word);
    reportFault(site.names.operation, 'classify (it must return a word)', misfit(word));
  } catch (fault) {
    reportFault(site.names.operation, 'classify', tellable(fault));
  }
  return defaultOutcome(thrown, error);
}

/** Value of the label `success`: of a word of the user's, whether nothing was thrown. */
export function isSuccess(outcome: string, thrown: boolean): boolean {
  if (outcome === 'ok') return true;
  return outcome !== 'error' && outcome !== 'cancelled' && !thrown;
}

/** Value of the label `error_type`. Never throws. */
export function errorTypeFor(site: CallSite, outcome: string, thrown: boolean, error: unknown): string {
  if (outcome === 'ok') return 'none';
  if (outcome !== 'error') return outcome;
  return thrown ? admitErrorType(site.names.operation, errorTypeOf(error)) : 'Error';
}

/** The user's attributes of a call, where something will keep them. Never throws. */
export function attributesOf(
  site: CallSite,
  span: Span | undefined,
  args: ArrayLike<unknown>,
  result: unknown,
): Attributes | undefined {
  const { attributes, metricAttributes } = site.settings;
  if (attributes === undefined || (span === undefined && metricAttributes.length === 0)) return undefined;
  try {
    const given: unknown = attributes([...(args as unknown[])] as never, result as never);
    if (typeof given === 'object' && given !== null && !(given instanceof Promise))
      return given as Attributes;
    discard(given);
    if (given !== undefined) {
      reportFault(site.names.operation, 'attributes (it must return an object)', misfit(given));
    }
  } catch (fault) {
    reportFault(site.names.operation, 'attributes', tellable(fault));
  }
  return undefined;
}

/** Those attributes that are to be labels of the metrics. Never throws. */
export function metricAttributesOf(site: CallSite, attributes: Attributes): Attributes | undefined {
  let kept: Attributes | undefined;
  try {
    for (const key of site.settings.metricAttributes) {
      const value = attributes[key];
      if (value == null || (typeof value === 'object' && !Array.isArray(value))) continue;
      kept ??= {};
      kept[key] = value;
    }
  } catch (fault) {
    reportFault(site.names.operation, 'reading the attributes', tellable(fault));
  }
  return kept;
}

/** What a callback returned, in words without its content, which may be private. */
function misfit(returned: unknown): Error {
  return new TypeError(`it returned a value of the type ${errorTypeOf(returned)}`);
}

/** What a callback threw; of what is no error, its type alone. */
function tellable(thrown: unknown): Error {
  return isError(thrown) ? thrown : new TypeError(`it threw a value of the type ${errorTypeOf(thrown)}`);
}
