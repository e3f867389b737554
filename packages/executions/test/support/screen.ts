const ESCAPE = String.fromCharCode(27);

/** What a terminal shows in the end, line by line: the few sequences that progress bars use. */
export function screenOf(output: string): string[] {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const sequence = new RegExp(`${ESCAPE}\\[(\\?)?(\\d*)(?:;(\\d*))?([A-Za-z])`, 'y');
  for (let i = 0; i < output.length; ) {
    sequence.lastIndex = i;
    const match = sequence.exec(output);
    if (match !== null) {
      const [text, isPrivate, first = '', , command] = match;
      const count = first === '' ? 1 : Number(first);
      const line = lines[row] ?? [];
      if (isPrivate === '?') throw new Error(`the settings of the terminal were changed: ${command}`);
      if (command === 'A') row = Math.max(0, row - count);
      else if (command === 'B') row += count;
      else if (command === 'G') column = count - 1;
      else if (command === 'm') {
        // Colours.
      } else if (command === 'K') first === '2' ? line.splice(0) : line.splice(column);
      else if (command === 'J') {
        line.splice(column);
        lines.splice(row + 1);
      } else throw new Error(`unknown sequence ${JSON.stringify(text)}`);
      i += text.length;
      continue;
    }
    const character = output[i++] as string;
    if (character === '\r') column = 0;
    else if (character === '\n') row++;
    else {
      while (lines.length <= row) lines.push([]);
      const line = lines[row] as string[];
      while (line.length < column) line.push(' ');
      line[column++] = character;
    }
    while (lines.length <= row) lines.push([]);
  }
  return lines.map((line) => line.join('').trimEnd());
}
