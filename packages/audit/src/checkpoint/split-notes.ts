const SIGNATURE_MARK = '— ';

/**
 * The notes of a text that consists of one or more, with or without empty lines between them. What is left over at the end
 * is returned as one more: it is no note, and whoever reads it says so.
 */
export function splitNotes(text: string): string[] {
  const notes: string[] = [];
  let lines: string[] = [];
  let isSigned = false;
  for (const line of text.split('\n')) {
    const isSignature = line.startsWith(SIGNATURE_MARK) && lines.at(-1 - countSignatures(lines)) === '';
    if (isSigned && !isSignature) {
      notes.push(`${lines.join('\n')}\n`);
      lines = [];
    }
    isSigned = isSignature;
    // An empty line after a note is no beginning of the next one.
    if (lines.length > 0 || line !== '') lines.push(line);
  }
  if (lines.length > 0) notes.push(lines.join('\n'));
  return notes;
}

function countSignatures(lines: readonly string[]): number {
  let count = 0;
  while (lines.at(-1 - count)?.startsWith(SIGNATURE_MARK) === true) count++;
  return count;
}
