/** Bytes of the JSON of a payload: 64 KiB, of which a part is for the marks where something was left out. */
export const MAX_PAYLOAD_BYTES: number = 64 * 1_024;
export const MARKS_BYTES: number = 2 * 1_024;
/** Levels of objects and lists within each other. */
export const MAX_DEPTH = 8;
/** Keys of an object, items of a list. */
export const MAX_ENTRIES = 100;
/** Characters of a text. */
export const MAX_STRING = 8_192;
/** Characters of a key. */
export const MAX_KEY = 128;
/** Key and text that stand for what was left out. */
export const MORE = '…';
/** What stands for a secret. */
export const REDACTED = '[redacted]';
