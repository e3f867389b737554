import { join } from 'node:path';
import { counted, InstrumentError, reasonOf } from '@org/instrument-core';
import { isDigest } from '../checkpoint/base64.ts';
import { type CheckpointBody, parseCheckpointText } from '../checkpoint/checkpoint.ts';
import { readStoredCheckpoint } from '../checkpoint/checkpoints-file.ts';
import { checkSignatures, parseNote, type SignedNote } from '../checkpoint/note.ts';
import type { VerifierKey } from '../checkpoint/verifier-key.ts';
import { CHECKPOINTS } from '../journal/format.ts';
import { type Findings, fileOf, type Place } from './findings.ts';
import { type NoteText, noteTexts } from './note-texts.ts';

/** A state of the journal that a trusted key has signed. */
export interface SignedState extends CheckpointBody {
  readonly place: Place;
  readonly signer: VerifierKey;
}

/** A note that was kept elsewhere. */
export interface AnchoredNote extends CheckpointBody {
  readonly parsed: SignedNote;
  readonly place: Place;
}

/** The signed states of a journal in the order of their sizes: those of its file, and those kept elsewhere. */
export class CheckpointFeed {
  readonly #findings: Findings;
  readonly #origin: string;
  readonly #keys: readonly VerifierKey[];
  readonly #anchored: SignedState[];
  #notes: AsyncGenerator<NoteText> | undefined;
  #fromFile: SignedState | undefined;
  #sizeBefore = -1;

  private constructor(
    findings: Findings,
    origin: string,
    keys: readonly VerifierKey[],
    anchored: readonly AnchoredNote[],
  ) {
    this.#findings = findings;
    this.#origin = origin;
    this.#keys = keys;
    this.#anchored = anchored
      .flatMap(({ parsed, place, ...body }) => this.#trusted(body, parsed, place) ?? [])
      .sort((a, b) => a.size - b.size);
  }

  static async open(
    directory: string,
    bytes: number | undefined,
    parts: {
      findings: Findings;
      origin: string;
      keys: readonly VerifierKey[];
      anchored: readonly AnchoredNote[];
    },
  ): Promise<CheckpointFeed> {
    const { findings, origin, keys, anchored } = parts;
    const feed = new CheckpointFeed(findings, origin, keys, anchored);
    if (bytes === undefined) return feed;
    feed.#notes = noteTexts(join(directory, CHECKPOINTS), bytes);
    try {
      await feed.#readNext();
    } catch (error) {
      feed.#unreadable(error);
    }
    return feed;
  }

  /** The next state; `undefined` after the last. */
  get current(): SignedState | undefined {
    const [anchored] = this.#anchored;
    const fromFile = this.#fromFile;
    if (anchored === undefined || fromFile === undefined) return anchored ?? fromFile;
    // What was kept elsewhere is believed first.
    return anchored.size <= fromFile.size ? anchored : fromFile;
  }

  /** Goes on to the next state. */
  async advance(): Promise<void> {
    if (this.current !== this.#fromFile) this.#anchored.shift();
    else await this.#readNext().catch((error: unknown) => this.#unreadable(error));
  }

  async close(): Promise<void> {
    await this.#notes?.return(undefined);
    this.#notes = undefined;
  }

  async #readNext(): Promise<void> {
    this.#fromFile = undefined;
    while (this.#notes !== undefined && this.#fromFile === undefined) {
      const next = await this.#notes.next();
      if (next.done === true) this.#notes = undefined;
      else this.#fromFile = await this.#readNote(next.value);
    }
  }

  async #readNote({ isWhole, place, text }: NoteText): Promise<SignedState | undefined> {
    if (!isWhole) {
      if (isBeginningOfNote(text, this.#origin)) {
        this.#findings.notice(
          'The last checkpoint is not complete: it is being written, or a crash has left it.',
        );
      } else {
        const message = 'The last checkpoint was changed: it is not complete.';
        this.#findings.fail('malformed', undefined, place, message);
      }
      return undefined;
    }
    const stored = readStoredCheckpoint(text, place.line ?? 0, place.offset ?? 0);
    if (typeof stored === 'string') {
      this.#findings.fail('malformed', undefined, place, `A checkpoint was changed: ${stored}.`);
      // Where the next one begins cannot be told.
      await this.close();
      return undefined;
    }
    const { origin, parsed, root, size } = stored;
    const state = this.#trusted({ origin, size, root }, parsed, place);
    if (state === undefined) return undefined;
    if (size <= this.#sizeBefore) {
      const message = `The checkpoint covers ${counted(size, 'entry', 'entries')}, and the one before it ${this.#sizeBefore}.`;
      this.#findings.fail('bad-checkpoint', undefined, place, message);
      return undefined;
    }
    this.#sizeBefore = size;
    return state;
  }

  /** The state, when a trusted key has signed it and it is of this journal. */
  #trusted(body: CheckpointBody, note: SignedNote, place: Place): SignedState | undefined {
    const { forged, signers } = checkSignatures(note, this.#keys);
    const [signer] = signers;
    if (forged.length > 0) {
      const message = `The signature of the checkpoint at ${counted(body.size, 'entry', 'entries')} is wrong: it was not made with the key ${forged[0]?.text}.`;
      this.#findings.fail('bad-signature', undefined, place, message);
    } else if (signer === undefined) {
      const names = note.signatures.map(({ name, id }) => `${name}+${id}`).join(', ');
      const message = `The checkpoint at ${counted(body.size, 'entry', 'entries')} is signed by ${names}, which is no trusted key.`;
      this.#findings.fail('wrong-key', undefined, place, message);
    } else if (body.origin !== this.#origin) {
      const message = `The checkpoint is of the journal ${body.origin}, and this is ${this.#origin}.`;
      this.#findings.fail('bad-checkpoint', undefined, place, message);
    } else {
      return { ...body, place, signer };
    }
    return undefined;
  }

  #unreadable(error: unknown): void {
    const message = `The checkpoints cannot be read: ${reasonOf(error)}`;
    this.#findings.fail('unreadable', undefined, fileOf(CHECKPOINTS), message);
    this.#notes = undefined;
  }
}

/** Whether a checkpoint that is being written can be there so far; a character stands for each byte. */
function isBeginningOfNote(text: string, origin: string): boolean {
  const own = Buffer.from(origin).toString('latin1');
  const [body, signature, ...more] = text.split('\n\n');
  if (body === undefined || more.length > 0) return false;
  const [name = '', size, root, ...others] = (signature === undefined ? text : body).split('\n');
  const isLast = (part: string | undefined) => part === undefined;
  const isName = isLast(size) ? own.startsWith(name) : own === name;
  const isSize = size === undefined || (isLast(root) ? /^\d*$/ : /^\d+$/).test(size);
  const isWholeRoot = signature !== undefined || others.length > 0;
  const isRoot = root === undefined || (isWholeRoot ? isDigest(root) : /^[A-Za-z\d+/]{0,43}=?$/.test(root));
  if (!isName || !isSize || !isRoot) return false;
  if (signature === undefined) return others.length === 0 || (others.length === 1 && others[0] === '');
  const mark = Buffer.from(`— ${origin} `).toString('latin1');
  if (root === undefined || others.length > 0) return false;
  if (signature.length < mark.length) return mark.startsWith(signature);
  // 68 bytes: a key id and a signature.
  return signature.startsWith(mark) && /^[A-Za-z\d+/]{0,91}(=\n?)?$/.test(signature.slice(mark.length));
}

/**
 * Reads notes that were kept elsewhere.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that are no checkpoints.
 */
export function readAnchored(notes: readonly string[]): AnchoredNote[] {
  const problems: { path: string; found: string; expected: string }[] = [];
  const anchored = notes.flatMap((text, i) => {
    try {
      // As in the file, an empty line may follow.
      const parsed = parseNote(text.endsWith('\n\n') ? text.slice(0, -1) : text);
      return { ...parseCheckpointText(parsed.text), parsed, place: fileOf(`checkpoints[${i}]`) };
    } catch (error) {
      const found = (error as Error).message;
      problems.push({
        path: `checkpoints[${i}]`,
        found,
        expected: 'a signed checkpoint (C2SP tlog-checkpoint)',
      });
      return [];
    }
  });
  if (problems.length === 0) return anchored;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'Some checkpoints cannot be read', problems);
}
