const SIGNATURE_MARK = '— ';

/**
 * The notes of a text that consists of one or more, with or without empty lines between them. What is left over at the end
 * is returned as one more: it is no note, and whoever reads it says so.
 */
export function splitNotes(text: string): string[] {
  const notes: string[] = [];
  let lines: string[] = [];
  /** Lines at the end so far that look like signatures. */
  let marked = 0;
  let isSigned = false;
  for (const line of text.split('\n')) {
    const isMarked = line.startsWith(SIGNATURE_MARK);
    const isSignature = isMarked && lines.at(-1 - marked) === '';
    if (isSigned && !isSignature) {
      notes.push(`${lines.join('\n')}\n`);
      lines = [];
    }
    isSigned = isSignature;
    marked = isMarked ? marked + 1 : 0;
    // An empty line after a note is no beginning of the next one.
    if (lines.length > 0 || line !== '') lines.push(line);
  }
  if (lines.length > 0) notes.push(lines.join('\n'));
  return notes;
}
