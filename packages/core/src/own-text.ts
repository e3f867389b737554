import type { Attributes } from '@opentelemetry/api';

/** Length from which V8 cuts and joins texts without copying (`SlicedString::kMinLength`, `ConsString::kMinLength`). */
export const SHARED_LENGTH = 13;

/**
 * The same text with memory of its own, for what is kept: V8 cuts without copying, so that twenty characters out of a request's
 * body would keep all of the body. What becomes the name of a property is copied, and the text that was given then points there.
 */
export function ownText(text: string): string {
  return text.length < SHARED_LENGTH ? text : (Object.keys({ [text]: undefined })[0] as string);
}

/** A copy of attributes with texts of their own, in arrays too; see {@link ownText}. Throws what a getter throws. */
export function ownAttributes(attributes: Attributes): Attributes {
  // From entries, because a key named __proto__ must become a property.
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      // Array.from visits the holes of a sparse array too; map would pass over them.
      Array.isArray(value)
        ? (Array.from<unknown, unknown>(value, ownElement) as typeof value)
        : ownElement(value),
    ]),
  );
}

function ownElement<T>(value: T): T | string {
  return typeof value === 'string' ? ownText(value) : value;
}
