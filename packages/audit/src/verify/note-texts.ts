import { isUtf8 } from 'node:buffer';
import { CHECKPOINTS } from '../journal/format.ts';
import type { Place } from './findings.ts';
import { LineSource, type SourceLine } from './line-source.ts';

/** Lines of a note in the file: origin, size, root, an empty line, the signature, and the empty line after the note. */
const LINES_OF_NOTE = 6;

/** What should be a note, and the empty line after it. */
export interface NoteText {
  /** Of what is not whole, a character for each byte: it may end in the midst of a character. */
  readonly text: string;
  /** Whether all of its lines are there. */
  readonly isWhole: boolean;
  readonly place: Place;
}

/**
 * The notes of a file of checkpoints, one after the other, of which `bytes` are looked at. Nothing is checked.
 *
 * @throws the error of the file system.
 */
export async function* noteTexts(path: string, bytes?: number): AsyncGenerator<NoteText> {
  const source = await LineSource.open(path, bytes);
  try {
    for (let isEnded = false; !isEnded; ) {
      const lines: SourceLine[] = [];
      while (lines.length < LINES_OF_NOTE) {
        const line = await source.peek(0);
        if (line === undefined) break;
        lines.push(line);
        source.take();
      }
      const [first] = lines;
      if (first === undefined) return;
      isEnded = lines.length < LINES_OF_NOTE || lines.at(-1)?.isComplete === false;
      yield {
        text: lines.map((line) => textOf(line, isEnded)).join(''),
        isWhole: !isEnded,
        place: { file: CHECKPOINTS, line: first.number, offset: first.offset },
      };
    }
  } finally {
    await source.close();
  }
}

/** Bytes that are no UTF-8, and lines too long to be kept, become what no note contains. */
function textOf({ bytes, isComplete, isTooLong }: SourceLine, asBytes: boolean): string {
  const text = isTooLong
    ? '\0'
    : asBytes
      ? bytes.toString('latin1')
      : isUtf8(bytes)
        ? bytes.toString()
        : '\0';
  return isComplete ? `${text}\n` : text;
}
