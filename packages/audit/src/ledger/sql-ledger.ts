import { randomUUID } from 'node:crypto';
import { monotonicMillis } from '@org/instrument-core';
import { Arguments, checkClaim, checkKey } from './arguments.ts';
import type { Begun, Claim } from './claim.ts';
import type { LedgerDatabase, SqlParameters, SqlRow } from './database.ts';
import type { LedgerEntry } from './entry.ts';
import { failureText } from './failure-text.ts';
import { Lease } from './lease.ts';
import type {
  BeginOptions,
  CompleteOptions,
  FailOptions,
  Ledger,
  LedgerPage,
  LedgerQuery,
  LedgerStats,
} from './ledger.ts';
import { MAX_DIGEST_BYTES, MAX_RUN_BYTES } from './limits.ts';
import { createLedgerMetrics, type EndState, endOf, type LedgerMetrics } from './metrics.ts';
import { OrphanedBegins } from './orphaned-begins.ts';
import { countInputs, listInputs, pruneInputs, type Query, retryableInputs } from './queries.ts';
import { isDue, readRow } from './read-row.ts';
import { refusal } from './refusal.ts';
import type { ResolvedSettings } from './settings.ts';
import { StaleClaimError } from './stale-claim-error.ts';
import * as sql from './statements.ts';
import { type LedgerWork, type Taken, type TakeOptions, take } from './take.ts';
import { UnansweredEnds } from './unanswered-ends.ts';
import { closedError, unavailable } from './unavailable.ts';

/** Times that a `begin` looks again because the input changed under its eyes. */
const MAX_LOOKS = 10;
/** Times that a delay doubles: no number is larger than the 1024th power of two, and nothing times that is no number. */
const MAX_DOUBLINGS = 1_023;

/** The ledger on a database that speaks SQL: rules that no single statement expresses, and what lives in the process. */
export class SqlLedger implements Ledger {
  readonly #database: LedgerDatabase;
  readonly #settings: ResolvedSettings;
  readonly #metrics: LedgerMetrics;
  /** What this process holds, by the tokens of the claims. */
  readonly #held = new Map<number, { readonly claim: Claim; readonly lease: Lease }>();
  readonly #orphans = new OrphanedBegins();
  readonly #unanswered = new UnansweredEnds();
  #closing: Promise<void> | undefined;

  constructor(database: LedgerDatabase, settings: ResolvedSettings) {
    this.#database = database;
    this.#settings = settings;
    this.#metrics = createLedgerMetrics(settings.meterProvider);
  }

  async seen(key: string): Promise<boolean> {
    return (await this.#query('seen', sql.SEEN, { key: checkKey(key) })).length > 0;
  }

  async get(key: string): Promise<LedgerEntry | undefined> {
    const row = await this.#read(checkKey(key));
    return row === undefined ? undefined : readRow(row);
  }

  take(key: string, work: LedgerWork, options?: TakeOptions): Promise<Taken> {
    return take(this, key, work, options);
  }

  async begin(key: string, options?: BeginOptions): Promise<Begun> {
    checkKey(key);
    const read = new Arguments(options, ['run', 'attributes', 'leaseDuration']);
    const lease = read.wholeMillis('leaseDuration', 1) ?? this.#settings.leaseMillis;
    const run = read.storable('run', MAX_RUN_BYTES) ?? this.#settings.run;
    const attributes = read.attributes('attributes') ?? null;
    read.done('The ledger cannot begin an input');
    const begun = await this.#begin(key, { run, attributes, lease });
    this.#metrics.begun(begun.status);
    return begun;
  }

  async complete(claim: Claim | string, result?: CompleteOptions): Promise<LedgerEntry> {
    const known = typeof claim === 'string' ? checkKey(claim) : checkClaim(claim);
    const read = new Arguments(result, ['rows', 'bytes', 'digest', 'entry', 'attributes']);
    const values = {
      rows: read.count('rows') ?? null,
      bytes: read.count('bytes') ?? null,
      digest: read.storable('digest', MAX_DIGEST_BYTES) ?? null,
      entry: read.count('entry') ?? null,
    };
    // Before anything is claimed; and again with those of the claim, which may make it too much.
    read.attributes('attributes');
    read.done('The ledger cannot complete an input');
    let held = known;
    let isOwn = false;
    if (typeof held === 'string') {
      const before = this.#heldFor(held);
      const begun = before ?? (await this.begin(held));
      if (begun.status === 'completed') return begun.entry;
      if (begun.status !== 'claimed') throw new StaleClaimError('complete', held, undefined, begun.entry);
      held = begun.claim;
      isOwn = before === undefined;
    }
    const attributes = read.attributes('attributes', held.attributes) ?? null;
    if (isOwn && read.problems.length > 0) await this.#giveBack(held);
    read.done('The ledger cannot complete an input');
    return this.#end('complete', sql.COMPLETE, held, { ...values, attributes }, ['completed']);
  }

  async fail(claim: Claim, error: unknown, options?: FailOptions): Promise<LedgerEntry> {
    const held = checkClaim(claim);
    const read = new Arguments(options, ['retryable', 'retryAfter']);
    const isRetryable = read.oneOf('retryable', undefined, [true, false]) ?? true;
    const retryMillis = read.wholeMillis('retryAfter') ?? this.#retryMillis(held.attempt);
    read.done('The ledger cannot fail an input');
    const retry = isRetryable ? retryMillis : null;
    const parameters = { retry, max: this.#settings.maxAttempts, ...failureText(error) };
    return this.#end('fail', sql.FAIL, held, parameters, ['failed', 'dead']);
  }

  async release(claim: Claim): Promise<LedgerEntry> {
    return this.#end('release', sql.RELEASE, checkClaim(claim), {}, ['pending']);
  }

  async reset(key: string): Promise<boolean> {
    return (await this.#query('reset', sql.RESET, { key: checkKey(key) })).length > 0;
  }

  async retryable(options?: Parameters<Ledger['retryable']>[0]): Promise<LedgerEntry[]> {
    return retryableInputs(this.#query, this.#bury, this.#settings.maxAttempts, options);
  }

  async list(query?: LedgerQuery): Promise<LedgerPage> {
    return listInputs(this.#query, query);
  }

  async stats(): Promise<LedgerStats> {
    return countInputs(this.#query, this.#settings.maxAttempts);
  }

  async prune(options: Parameters<Ledger['prune']>[0]): Promise<number> {
    return pruneInputs(this.#query, options);
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = this.#database.close();
      for (const { lease } of [...this.#held.values()]) lease.lose(closedError());
    }
    return this.#closing;
  }

  async #begin(
    key: string,
    wish: { readonly run: string; readonly attributes: string | null; readonly lease: number },
  ): Promise<Begun> {
    const { host, pid, maxAttempts: max } = this.#settings;
    let entry: LedgerEntry | undefined;
    for (let look = 0; look < MAX_LOOKS; look++) {
      // Reading first: most of what is begun after a restart is completed, and a reader keeps no writer waiting.
      const row = await this.#read(key);
      const orphans = this.#orphans.of(key);
      entry = row === undefined ? undefined : readRow(row);
      if (row !== undefined && entry !== undefined && !isOrphan(row, orphans)) {
        if (!isDue(row)) return refusal(entry);
        if (entry.attempts >= max) {
          await this.#bury(sql.BURY_ONE, { key, max });
          continue;
        }
      }
      const nonce = randomUUID();
      const parameters = { key, ...wish, host, pid, max, nonce, orphans: orphans.join() };
      const askedMillis = monotonicMillis();
      const claim = () => this.#query('begin', sql.BEGIN, parameters);
      const [claimed] = await this.#orphans.watch(key, nonce, claim);
      if (claimed === undefined) continue;
      this.#orphans.forget(key);
      return { status: 'claimed', claim: this.#hold(readRow(claimed), wish.lease, askedMillis) };
    }
    // Each time another one had it, and gave it back at once.
    if (entry !== undefined) return refusal(entry);
    throw unavailable('begin', new Error('The input changed each time that it was looked at'));
  }

  #hold(entry: LedgerEntry, durationMillis: number, askedMillis: number): Claim {
    const { key, run, attempts: attempt, token, startedAt, attributes } = entry;
    const lease = new Lease({
      key,
      durationMillis,
      askedMillis,
      heartbeat: this.#settings.heartbeat,
      renew: async () => {
        const rows = await this.#query('renew', sql.RENEW, { key, token, lease: durationMillis });
        if (rows.length === 0) await this.#refuse('renew', { key, token, signal });
      },
    });
    const { signal } = lease;
    const claim: Claim = {
      key,
      run,
      attempt,
      token,
      startedAt,
      attributes,
      signal,
      renew: () => lease.renew(),
    };
    this.#held.set(token, { claim, lease });
    signal.addEventListener('abort', () => this.#held.delete(token), { once: true });
    if (this.#closing !== undefined) lease.lose(closedError());
    return claim;
  }

  /** Ends a claim. `ends`: states that this very call led to, when it was made before. */
  async #end(
    what: string,
    statement: string,
    claim: Claim,
    parameters: SqlParameters,
    ends: readonly EndState[],
  ): Promise<LedgerEntry> {
    const { key, token } = claim;
    const end = () => this.#query(what, statement, { ...parameters, key, token });
    const [ended] = await this.#unanswered.watch(token, end);
    const row = ended ?? (await this.#read(key));
    const entry = row === undefined ? undefined : readRow(row);
    const state = entry?.token === token ? ends.find((one) => one === entry.state) : undefined;
    if (entry === undefined || state === undefined) return this.#refuse(what, claim);
    this.#held.get(token)?.lease.end();
    this.#held.delete(token);
    // Once, though the database may have done it for a call before, whose answer was lost.
    if (this.#unanswered.forget(token) || ended !== undefined) this.#metrics.ended(endOf(state));
    return entry;
  }

  /** The claim is not held any more. */
  async #refuse(what: string, claim: Pick<Claim, 'key' | 'token' | 'signal'>): Promise<never> {
    const { key, token, signal } = claim;
    const row = await this.#read(key);
    const entry = row === undefined ? undefined : readRow(row);
    const error = new StaleClaimError(what, key, token, entry);
    // Not lost, but ended by a call whose answer was.
    const hasEnded = entry?.token === token && entry.state !== 'running';
    if (this.#unanswered.forget(token) && hasEnded) this.#metrics.ended(endOf(entry.state));
    // Counted once, though heartbeat and claimant both come to know.
    else if (!(signal?.reason instanceof StaleClaimError)) this.#metrics.ended('stale');
    this.#held.get(token)?.lease.lose(error);
    throw error;
  }

  /** Releases a claim that no caller has: it would be renewed as long as the process lives. Never rejects. */
  async #giveBack(claim: Claim): Promise<void> {
    try {
      await this.release(claim);
    } catch (error) {
      // Not renewed any more, it can be claimed once its lease has run out.
      this.#held.get(claim.token)?.lease.lose(unavailable('release', error));
    }
  }

  #heldFor(key: string): Begun | undefined {
    for (const { claim } of this.#held.values()) if (claim.key === key) return { status: 'claimed', claim };
    return undefined;
  }

  #retryMillis(attempt: number): number {
    const { retryDelayMillis, maxRetryDelayMillis } = this.#settings;
    const doublings = Math.min(Math.max(0, (Number(attempt) || 1) - 1), MAX_DOUBLINGS);
    const doubled = retryDelayMillis * 2 ** doublings;
    return Math.min(doubled, maxRetryDelayMillis);
  }

  async #read(key: string): Promise<SqlRow | undefined> {
    return (await this.#query('read', sql.READ, { key }))[0];
  }

  /** Gives up what had its last attempt. Whoever finds it counts it: who made that attempt did not come back. */
  readonly #bury = async (statement: string, parameters: SqlParameters): Promise<void> => {
    for (const { token } of await this.#query('bury', statement, parameters)) {
      this.#unanswered.forget(Number(token));
      this.#metrics.ended('dead');
    }
  };

  readonly #query: Query = async (what, statement, parameters) => {
    if (this.#closing !== undefined) throw closedError();
    try {
      return await this.#database.query(statement, parameters);
    } catch (error) {
      throw unavailable(what, error);
    }
  };
}

/** Whether it is claimed, and nobody knows. */
function isOrphan(row: SqlRow, orphans: readonly string[]): boolean {
  return row.state === 'running' && orphans.includes(String(row.nonce));
}
