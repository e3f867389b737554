/**
 * Text with its control and formatting characters, which a terminal would obey, as code points: `\u{1b}`. Line breaks are
 * among them, so that whoever chooses a name writes no line of a report or a log.
 */
export function visibleText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
