import { type CheckpointBody, parseCheckpointText } from './checkpoint.ts';
import { parseNote, type SignedNote } from './note.ts';

/** A checkpoint as it stands in the file. */
export interface StoredCheckpoint extends CheckpointBody {
  /** The whole note. */
  readonly note: string;
  readonly parsed: SignedNote;
  /** Line in the file where it begins, from 1, and its first byte. */
  readonly line: number;
  readonly offset: number;
}

/** What is in the file of checkpoints. */
export interface CheckpointsFile {
  /** In the order of the file. No signature is verified. */
  readonly checkpoints: readonly StoredCheckpoint[];
  /** Bytes of the file up to where it is well formed: all of it, or to the end of the last good note. */
  readonly goodBytes: number;
  /** What is wrong after that; `undefined` when it is all well formed. */
  readonly problem: string | undefined;
  /** Whether what is wrong is only that the last note is not complete, as a crash leaves it. */
  readonly isTorn: boolean;
}

/** Lines of a note in the file: origin, size, root, an empty line, the signature, and the empty line after the note. */
const LINES_OF_NOTE = 6;

/**
 * Reads the file of checkpoints: notes of three lines of text and one signature, each followed by an empty line.
 * Verifies nothing and never throws.
 */
export function parseCheckpoints(fileText: string): CheckpointsFile {
  const checkpoints: StoredCheckpoint[] = [];
  const lines = fileText.split('\n');
  // After the last line feed there is nothing, or a line that is not complete.
  const complete = lines.length - 1;
  let goodBytes = 0;
  let line = 0;
  for (; line + LINES_OF_NOTE <= complete; line += LINES_OF_NOTE) {
    const text = `${lines.slice(line, line + LINES_OF_NOTE).join('\n')}\n`;
    const checkpoint = readStoredCheckpoint(text, line + 1, goodBytes);
    if (typeof checkpoint === 'string') {
      return { checkpoints, goodBytes, problem: checkpoint, isTorn: false };
    }
    checkpoints.push(checkpoint);
    goodBytes += Buffer.byteLength(text);
  }
  const isTorn = line < complete || lines[complete] !== '';
  const problem = isTorn ? 'The last checkpoint is not complete' : undefined;
  return { checkpoints, goodBytes, problem, isTorn };
}

/** One checkpoint and the empty line after it, or what is wrong with it. */
export function readStoredCheckpoint(text: string, line: number, offset: number): StoredCheckpoint | string {
  if (!text.endsWith('\n\n')) return 'A checkpoint is followed by an empty line';
  const note = text.slice(0, -1);
  try {
    const parsed = parseNote(note);
    // Signatures of unknown keys, and lines of extension, mean nothing to a verifier: they would be bytes of no meaning.
    if (parsed.signatures.length !== 1) return 'A checkpoint has one signature';
    if (parsed.text.split('\n').length !== 4) return 'A checkpoint has three lines of text';
    return { ...parseCheckpointText(parsed.text), note, parsed, line, offset };
  } catch (error) {
    return (error as SyntaxError).message;
  }
}
