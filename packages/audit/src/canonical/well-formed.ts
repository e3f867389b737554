interface MaybeIllFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** Whether a text has no lone surrogates: only then can UTF-8, and with it canonical JSON, say it (RFC 8785, 3.2.2.2). */
export function isWellFormed(text: string): boolean {
  // ES2024, and in every Node.js from 20 on.
  return (text as string & MaybeIllFormed).isWellFormed();
}

/** The text with U+FFFD in place of each lone surrogate. */
export function toWellFormed(text: string): string {
  return (text as string & MaybeIllFormed).toWellFormed();
}
