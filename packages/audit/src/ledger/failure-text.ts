import { errorTypeOf, reasonOf } from '@org/instrument-core';
import { MAX_MESSAGE_LENGTH } from './limits.ts';

/** Class and message of what was thrown, as every database can keep them. Never throws. */
export function failureText(error: unknown): { readonly type: string; readonly message: string } {
  return { type: storable(errorTypeOf(error)), message: storable(reasonOf(error)) };
}

function storable(text: string): string {
  const cut = text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : text;
  return cut.replaceAll('\0', '\u{fffd}').replace(/\p{Surrogate}/gu, '\u{fffd}');
}
