const SPACE = 0x20;
const LINE_FEED = 0x0a;

/**
 * Whether a note can consist of it: valid Unicode without ASCII control characters other than line feeds (C2SP
 * signed-note, "Format").
 */
export function hasNoteCharacters(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < SPACE && unit !== LINE_FEED) return false;
  }
  return !/\p{Surrogate}/u.test(text);
}
