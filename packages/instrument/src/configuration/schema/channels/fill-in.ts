/** How to put right what has a placeholder in it. */
export function fillIn(what: string | undefined): string | undefined {
  return what === undefined ? undefined : `It is a placeholder (${what}): put in what the receiver gave you.`;
}
