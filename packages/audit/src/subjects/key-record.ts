import { KEY_BYTES } from './sealed-text.ts';

/** The key of a person, as the file `subjects` has it. */
export interface KeyRecord {
  /** Identity of the person, as the application knows it. */
  readonly subject: string;
  /** Random text that stands for the person in the journal. */
  readonly pseudonym: string;
  /** 32 random bytes; all zero once they were erased. */
  readonly key: Buffer;
  /** Where the line begins in the file; `undefined` while it is not in it. */
  offset: number | undefined;
}

/** What is in a file of keys. */
export interface KeyRecords {
  readonly records: readonly KeyRecord[];
  /** Bytes of complete lines; what comes after is a line that was being written. */
  readonly completeBytes: number;
  /** Lines whose key was overwritten, and which the file should no longer have. */
  readonly erased: number;
  /** Lines that cannot be read. */
  readonly malformed: number;
}

// The key stands first and has a fixed length, so that its bytes can be overwritten where they are.
const PREFIX = '{"key":"';
const KEY_TEXT_BYTES = 4 * Math.ceil(KEY_BYTES / 3);
const LINE_FEED = 10;

/** What stands in place of an erased key: no base64, and as long. */
export const ERASED_KEY: Buffer = Buffer.alloc(KEY_TEXT_BYTES, '-');

/** Where the key begins in a line. */
export const KEY_OFFSET: number = PREFIX.length;

/** Line of a record, with its line feed; of one that was erased, as it stands then. */
export function keyLine({ key, pseudonym, subject }: Omit<KeyRecord, 'offset'>): Buffer {
  const isErased = key.every((byte) => byte === 0);
  const text = isErased ? ERASED_KEY.toString() : key.toString('base64');
  return Buffer.from(`${JSON.stringify({ key: text, pseudonym, subject })}\n`);
}

/** Records of the bytes of a file. */
export function parseKeyRecords(bytes: Buffer): KeyRecords {
  const records: KeyRecord[] = [];
  let erased = 0;
  let malformed = 0;
  let offset = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, offset)) {
    const line = parseLine(bytes.toString('utf8', offset, end), offset);
    if (typeof line === 'object') records.push(line);
    else if (line === 'erased') erased++;
    else malformed++;
    offset = end + 1;
  }
  return { records, completeBytes: offset, erased, malformed };
}

function parseLine(text: string, offset: number): KeyRecord | 'erased' | 'malformed' {
  try {
    const { key: keyText, pseudonym, subject } = JSON.parse(text) as Record<string, unknown>;
    if (typeof keyText !== 'string' || typeof pseudonym !== 'string' || typeof subject !== 'string') {
      return 'malformed';
    }
    if (keyText.startsWith('-')) return 'erased';
    // A Buffer of its own: one from the shared pool would be copied by whoever sends its neighbours elsewhere.
    const key = Buffer.alloc(KEY_BYTES);
    return key.write(keyText, 'base64') === KEY_BYTES && text.startsWith(PREFIX)
      ? { subject, pseudonym, key, offset }
      : 'malformed';
  } catch {
    return 'malformed';
  }
}
