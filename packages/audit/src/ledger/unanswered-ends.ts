/** Claims that are remembered: the end of one beyond is not counted, should it have come without an answer. */
const MAX_CLAIMS = 1_000;

/** Claims whose end was asked for, and no answer came: the database may have done it, and nobody has counted it. */
export class UnansweredEnds {
  readonly #tokens = new Set<number>();

  /** Ends a claim, and remembers it if no answer comes. */
  async watch<T>(token: number, end: () => Promise<T>): Promise<T> {
    try {
      return await end();
    } catch (error) {
      this.#tokens.delete(token);
      this.#tokens.add(token);
      for (const oldest of this.#tokens) {
        if (this.#tokens.size <= MAX_CLAIMS) break;
        this.#tokens.delete(oldest);
      }
      throw error;
    }
  }

  /** Forgets a claim, for it is known how it ended. Returns whether it was remembered. */
  forget(token: number): boolean {
    return this.#tokens.delete(token);
  }
}
