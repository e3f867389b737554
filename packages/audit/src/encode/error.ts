import { errorTypeOf } from '@org/instrument-core';
import type { EntryContent, EntryText } from '../operation/entry.ts';
import { PersonalValue } from '../subjects/personal.ts';
import type { EncodeCall } from './call.ts';
import { entryText } from './entry-text.ts';
import { errorMessage, isErrorLike } from './error-message.ts';
import { type EncodeTools, isMatchedBy } from './tools.ts';

/**
 * Why an operation failed, as class and message. Anything can be thrown, and nothing is refused: of what is no error, and
 * has neither `type` nor `message`, only the kind is kept.
 */
export function encodeError(tools: EncodeTools, error: unknown, call: EncodeCall): EntryContent['error'] {
  if (error === undefined || error === null) return undefined;
  call.field = 'error';
  const state = tools.fieldPaths.error;
  if (state?.isMatch) return { type: tools.settings.replacement };
  const { type, message } = partsOf(error, call);
  const hasType = !isMatchedBy(tools, state, 'type');
  const cleanType = hasType ? tools.cleanText(type, call) : tools.settings.replacement;
  const cleanMessage = messageOf(tools, message, isMatchedBy(tools, state, 'message'), call);
  return cleanMessage === undefined ? { type: cleanType } : { message: cleanMessage, type: cleanType };
}

function messageOf(
  tools: EncodeTools,
  message: unknown,
  isMatched: boolean,
  call: EncodeCall,
): EntryText | undefined {
  if (message === undefined || message === '') return undefined;
  return entryText(tools, message, 'message', isMatched, call);
}

function partsOf(error: unknown, call: EncodeCall): { readonly type: string; readonly message: unknown } {
  const type = errorTypeOf(error);
  if (typeof error === 'string') return { type, message: error };
  if (error instanceof PersonalValue) return { type: 'Error', message: error };
  if (isErrorLike(error)) return { type, message: errorMessage(error) };
  if (typeof error !== 'object' || error === null) return { type, message: primitiveText(error) };
  const given = error as { readonly type?: unknown; readonly message?: unknown };
  const { type: givenType, message } = given;
  const isText = typeof message === 'string' || message instanceof PersonalValue || call.isOwn;
  if (typeof givenType !== 'string' && !isText) call.adjust('an object that is no error was left out');
  return { type: typeof givenType === 'string' ? givenType : type, message: isText ? message : undefined };
}

function primitiveText(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
