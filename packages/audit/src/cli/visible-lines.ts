import { visibleText } from '@org/instrument-core';

/** Lines of a text report. Each stays one, whatever is in it, and has nothing that a terminal would obey. */
export function visibleLines(lines: readonly string[]): string {
  return lines.map((line) => `${visibleText(line)}\n`).join('');
}
