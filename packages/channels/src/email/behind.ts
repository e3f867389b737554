/** Beyond, the oldest is forgotten: what comes later of its key may be there first. */
const MAX_REMEMBERED = 10_000;

/**
 * Which recipients still lack something of a key. What comes later of it goes behind that, and not past it: a mail that says that
 * it is over, before the one that says that it has begun, would be believed the other way around.
 */
export class Behind {
  readonly #lacking = new Set<string>();

  has(key: string, recipient: string): boolean {
    return this.#lacking.has(nameOf(key, recipient));
  }

  set(key: string, recipient: string, isLacking: boolean): void {
    const name = nameOf(key, recipient);
    this.#lacking.delete(name);
    if (!isLacking) return;
    this.#lacking.add(name);
    for (const oldest of this.#lacking) {
      if (this.#lacking.size <= MAX_REMEMBERED) break;
      this.#lacking.delete(oldest);
    }
  }
}

/** No address has a line end. */
function nameOf(key: string, recipient: string): string {
  return `${recipient}\n${key}`;
}
