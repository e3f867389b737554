/** Length from which V8 cuts and joins texts without copying (`SlicedString::kMinLength`, `ConsString::kMinLength`). */
export const SHARED_LENGTH = 13;

/**
 * The same text with memory of its own, for what is kept: V8 cuts without copying, so that twenty characters out of a request's
 * body would keep all of the body. What becomes the name of a property is copied, and the text that was given then points there.
 */
export function ownText(text: string): string {
  return text.length < SHARED_LENGTH ? text : (Object.keys({ [text]: undefined })[0] as string);
}
