import { type KeyObject, sign, verify } from 'node:crypto';
import { decodeBase64 } from './base64.ts';
import { hasNoteCharacters } from './note-characters.ts';
import { isKeyName, type VerifierKey } from './verifier-key.ts';

/** An em dash and a space: what signature lines begin with. */
const SIGNATURE_MARK = '— ';
const KEY_ID_BYTES = 4;
/** At least 16 must be accepted (C2SP signed-note, "Format"); `golang.org/x/mod/sumdb/note` takes 100. */
const MAX_SIGNATURES = 100;
/** Longest note, in characters; that of `golang.org/x/mod/sumdb/note`. */
const MAX_NOTE_LENGTH = 1_000_000;

/** One signature line of a note. */
export interface NoteSignature {
  /** Name of the key. */
  readonly name: string;
  /** Key id: 8 hexadecimal digits. */
  readonly id: string;
  readonly signature: Buffer;
}

/** A text and its signatures, none of them verified. */
export interface SignedNote {
  /** What was signed, its last line feed included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Which of the known keys have signed a note. */
export interface SignatureCheck {
  /** Keys whose signature is right. */
  readonly signers: readonly VerifierKey[];
  /** Keys that a signature names and that it was not made with. */
  readonly forged: readonly VerifierKey[];
  /** Signatures of other keys, which say nothing. */
  readonly unknown: readonly NoteSignature[];
}

/**
 * A note with one Ed25519 signature (C2SP signed-note, "Ed25519 signatures").
 *
 * @throws {SyntaxError} for a text that cannot be that of a note.
 */
export function signNote(text: string, key: VerifierKey, privateKey: KeyObject): string {
  checkText(text);
  const bytes = Buffer.concat([Buffer.from(key.id, 'hex'), sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n${SIGNATURE_MARK}${key.name} ${bytes.toString('base64')}\n`;
}

/**
 * Reads a signed note (C2SP signed-note, "Format") and verifies nothing.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_LENGTH) throw new SyntaxError('The note is too long');
  // The text is separated from the signatures by the last empty line.
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new SyntaxError('The note has no empty line between text and signatures');
  const text = note.slice(0, split + 1);
  checkText(text);
  const lines = note.slice(split + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0) {
    throw new SyntaxError('The note does not end with a signature and a line feed');
  }
  if (lines.length > MAX_SIGNATURES) throw new SyntaxError(`The note has over ${MAX_SIGNATURES} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [name = '', base64 = '', ...rest] = line.slice(SIGNATURE_MARK.length).split(' ');
  const bytes = decodeBase64(base64);
  if (!line.startsWith(SIGNATURE_MARK) || rest.length > 0 || !isKeyName(name)) {
    throw new SyntaxError('A line of signatures is not in the form "— name base64"');
  }
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new SyntaxError('A signature is not the base64 of a key id and a signature');
  }
  return {
    name,
    id: bytes.toString('hex', 0, KEY_ID_BYTES),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

/** Verifies a note with the keys that are known; the first signature of a key counts, as in Go. */
export function checkSignatures(note: SignedNote, keys: readonly VerifierKey[]): SignatureCheck {
  const text = Buffer.from(note.text);
  const signers: VerifierKey[] = [];
  const forged: VerifierKey[] = [];
  const unknown: NoteSignature[] = [];
  for (const signature of note.signatures) {
    const known = keys.filter(({ name, id }) => name === signature.name && id === signature.id);
    if (known.length === 0) unknown.push(signature);
    for (const key of known) {
      if (signers.includes(key) || forged.includes(key)) continue;
      const isRight =
        signature.signature.length === 64 && verify(null, text, key.publicKey, signature.signature);
      (isRight ? signers : forged).push(key);
    }
  }
  return { signers, forged, unknown };
}

function checkText(text: string): void {
  if (!text.endsWith('\n')) throw new SyntaxError('The text of a note ends with a line feed');
  if (!hasNoteCharacters(text)) {
    throw new SyntaxError('The note contains control characters or invalid Unicode');
  }
}
