import type { Begun, LedgerState } from '../../../src/ledger/index.ts';

/** A claim of the model. */
export interface ModelClaim {
  readonly key: string;
  readonly attempt: number;
  readonly lease: number;
}

interface ModelEntry {
  readonly key: string;
  state: LedgerState;
  attempts: number;
  /** Who had it last. */
  claim: ModelClaim;
  due: number;
  ended: number;
}

/** The rules of the ledger without a database: what the others are compared with. */
export class MemoryLedger {
  now = 0;
  readonly #entries = new Map<string, ModelEntry>();
  readonly #maxAttempts: number;
  readonly #retryDelay: number;

  constructor(maxAttempts: number, retryDelay: number) {
    this.#maxAttempts = maxAttempts;
    this.#retryDelay = retryDelay;
  }

  begin(key: string, lease: number): { status: Begun['status']; claim?: ModelClaim } {
    const entry = this.#entries.get(key);
    if (entry?.state === 'completed' || entry?.state === 'dead') return { status: entry.state };
    if (entry !== undefined && entry.due > this.now)
      return { status: entry.state === 'running' ? 'running' : 'waiting' };
    if (entry !== undefined && entry.attempts >= this.#maxAttempts) {
      entry.state = 'dead';
      entry.ended = this.now;
      return { status: 'dead' };
    }
    const attempts = (entry?.attempts ?? 0) + 1;
    const claim = { key, attempt: attempts, lease };
    this.#entries.set(key, { key, state: 'running', attempts, claim, due: this.now + lease, ended: 0 });
    return { status: 'claimed', claim };
  }

  complete(claim: ModelClaim): boolean {
    return this.#end(claim, ['completed'], (entry) => {
      entry.state = 'completed';
      entry.ended = this.now;
    });
  }

  fail(claim: ModelClaim, retry: number | null | undefined): boolean {
    return this.#end(claim, ['failed', 'dead'], (entry) => {
      const isLast = retry === null || entry.attempts >= this.#maxAttempts;
      entry.state = isLast ? 'dead' : 'failed';
      entry.due = this.now + (retry ?? this.#retryDelay * 2 ** (claim.attempt - 1));
      entry.ended = this.now;
    });
  }

  release(claim: ModelClaim): boolean {
    return this.#end(claim, ['pending'], (entry) => {
      entry.state = 'pending';
      entry.attempts--;
      entry.due = this.now;
    });
  }

  renew(claim: ModelClaim): boolean {
    return this.#end(claim, [], (entry) => {
      entry.due = this.now + claim.lease;
    });
  }

  reset(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || (entry.state === 'running' && entry.due > this.now)) return false;
    Object.assign(entry, { state: 'pending', attempts: 0, due: this.now });
    return true;
  }

  prune(state: LedgerState, age: number): number {
    const old = [...this.#entries.values()].filter((e) => e.state === state && e.ended <= this.now - age);
    for (const { key } of old) this.#entries.delete(key);
    return old.length;
  }

  seen(key: string): boolean {
    return this.#entries.get(key)?.state === 'completed';
  }

  retryable(): string[] {
    const isOpen = ({ state }: ModelEntry): boolean => state !== 'completed' && state !== 'dead';
    return [...this.#entries.values()]
      .filter((entry) => isOpen(entry) && entry.due <= this.now && entry.attempts < this.#maxAttempts)
      .map(({ key }) => key);
  }

  entries(): { key: string; state: LedgerState; attempts: number }[] {
    return [...this.#entries.values()].map(({ key, state, attempts }) => ({ key, state, attempts }));
  }

  #end(claim: ModelClaim, done: readonly LedgerState[], end: (entry: ModelEntry) => void): boolean {
    const entry = this.#entries.get(claim.key);
    if (entry?.claim !== claim) return false;
    if (entry.state !== 'running') return done.includes(entry.state);
    end(entry);
    return true;
  }
}
