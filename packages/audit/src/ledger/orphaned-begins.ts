/** Inputs that are remembered: what is beyond waits for its lease to run out. */
const MAX_INPUTS = 1_000;
/** Attempts in a row that are remembered of one input. */
const MAX_NONCES = 8;

/**
 * Nonces of claims whose answer never came: the database may have given them, or may yet, to nobody. The next `begin` of
 * the same ledger may take such an input over, instead of waiting for the lease to run out.
 */
export class OrphanedBegins {
  readonly #nonces = new Map<string, readonly string[]>();

  of(key: string): readonly string[] {
    return this.#nonces.get(key) ?? [];
  }

  /** Runs a claim with this nonce, and remembers it if no answer comes. */
  async watch<T>(key: string, nonce: string, claim: () => Promise<T>): Promise<T> {
    try {
      return await claim();
    } catch (error) {
      const nonces = [...this.of(key), nonce].slice(-MAX_NONCES);
      this.#nonces.delete(key);
      this.#nonces.set(key, nonces);
      for (const oldest of this.#nonces.keys()) {
        if (this.#nonces.size <= MAX_INPUTS) break;
        this.#nonces.delete(oldest);
      }
      throw error;
    }
  }

  forget(key: string): void {
    this.#nonces.delete(key);
  }
}
