import { setTimeout as sleep } from 'node:timers/promises';
import { describeValue, InstrumentError, type InstrumentErrorCode, reasonOf } from '@org/instrument-core';
import { Arguments } from './arguments.ts';
import type { Begun, Claim } from './claim.ts';
import type { LedgerEntry } from './entry.ts';
import type { BeginOptions, CompleteOptions, Ledger } from './ledger.ts';
import { StaleClaimError } from './stale-claim-error.ts';

/** Time between two attempts to end a claim while the database is away. */
const RETRY_MILLIS = 1_000;

/** What is done for an input. The signal of its claim is aborted by that of `TakeOptions`, too. */
// biome-ignore lint/suspicious/noConfusingVoidType: what an async function without a return gives.
export type LedgerWork = (claim: Claim) => Promise<CompleteOptions | undefined | void>;

/** Options of `Ledger.take`. */
export interface TakeOptions extends BeginOptions {
  /** Asks to stop: an input whose work throws from then on is given back, claimable at once, and the attempt does not count. */
  readonly signal?: AbortSignal | undefined;
  /** Whether an input that failed like this may be tried again; `false` makes it dead at once. Default: it may. */
  readonly retryable?: ((error: unknown) => boolean) | undefined;
}

/** What `take` says. */
export type Taken =
  /** The work is done, and the input completed. */
  | { readonly status: 'taken'; readonly entry: LedgerEntry }
  /** The work threw; `entry.state` tells whether it is tried again (`failed`) or not (`dead`). */
  | { readonly status: 'failed'; readonly error: unknown; readonly entry: LedgerEntry }
  /** The work threw after it was asked to stop; the input was given back. */
  | { readonly status: 'released'; readonly entry: LedgerEntry }
  /** Another claimant has it by now, or may have: what was done is to be discarded. `reason` says why, in words. */
  | { readonly status: 'lost'; readonly reason: string }
  /** Nothing was done, for the reason that `begin` gives. */
  | Exclude<Begun, { readonly status: 'claimed' }>;

/** Of a ledger what `take` is made of. */
export interface Claims extends Pick<Ledger, 'begin' | 'complete' | 'fail' | 'release'> {
  readonly isClosed: boolean;
}

/** See `Ledger.take`. */
export async function take(
  ledger: Claims,
  key: string,
  work: LedgerWork,
  options: TakeOptions = {},
): Promise<Taken> {
  checkTake(work, options);
  const { signal: stop, retryable, ...beginOptions } = options;
  stop?.throwIfAborted();
  const begun = await ledger.begin(key, beginOptions);
  if (begun.status !== 'claimed') return begun;
  try {
    return await workAndEnd(ledger, begun.claim, work, { stop, retryable });
  } catch (error) {
    if (error instanceof StaleClaimError) return { status: 'lost', reason: error.message };
    throw error;
  }
}

async function workAndEnd(
  ledger: Claims,
  claim: Claim,
  work: LedgerWork,
  { stop, retryable }: { readonly stop: AbortSignal | undefined } & Pick<TakeOptions, 'retryable'>,
): Promise<Taken> {
  /** However long the database is away: as long as this process has the claim, nobody else gets it. */
  const end = async (call: () => Promise<LedgerEntry>): Promise<LedgerEntry> => {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!hasCode(error, 'INSTRUMENT_AUDIT_UNAVAILABLE') || stop?.aborted || ledger.isClosed) throw error;
      }
      await sleep(RETRY_MILLIS, undefined, { signal: stop }).catch(() => {});
    }
  };
  const outcome = await outcomeOf(claim, work, stop);
  let { error } = outcome;
  if (outcome.isDone) {
    try {
      return { status: 'taken', entry: await end(() => ledger.complete(claim, outcome.result)) };
    } catch (refused) {
      // What the work returned cannot be a result: as if it had thrown that.
      if (!hasCode(refused, 'INSTRUMENT_INVALID_ARGUMENT')) throw refused;
      error = refused;
    }
  }
  if (stop?.aborted) return { status: 'released', entry: await end(() => ledger.release(claim)) };
  if (claim.signal.aborted) return { status: 'lost', reason: reasonOf(claim.signal.reason) };
  const isRetryable = mayRetry(retryable, error);
  return {
    status: 'failed',
    error,
    entry: await end(() => ledger.fail(claim, error, { retryable: isRetryable })),
  };
}

interface Outcome {
  readonly isDone: boolean;
  readonly result?: CompleteOptions | undefined;
  readonly error?: unknown;
}

async function outcomeOf(claim: Claim, work: LedgerWork, stop: AbortSignal | undefined): Promise<Outcome> {
  const controller = new AbortController();
  const causes = [claim.signal, ...(stop === undefined ? [] : [stop])];
  const abort = ({ target }: Event): void => controller.abort((target as AbortSignal).reason);
  for (const cause of causes) {
    if (cause.aborted) controller.abort(cause.reason);
    // Not `AbortSignal.any`, of which Node.js 20 keeps something for as long as the signal to stop lives.
    cause.addEventListener('abort', abort, { once: true });
  }
  try {
    const result = (await work({ ...claim, signal: controller.signal })) as CompleteOptions | undefined;
    return { isDone: true, result };
  } catch (error) {
    return { isDone: false, error };
  } finally {
    for (const cause of causes) cause.removeEventListener('abort', abort);
  }
}

/** A function of the application that throws decides nothing. */
function mayRetry(retryable: TakeOptions['retryable'], error: unknown): boolean {
  try {
    return retryable?.(error) !== false;
  } catch {
    return true;
  }
}

function checkTake(work: unknown, options: TakeOptions): void {
  const read = new Arguments<TakeOptions & { work?: unknown }>(options, [
    'run',
    'attributes',
    'leaseDuration',
    'signal',
    'retryable',
  ]);
  if (typeof work !== 'function') read.add('work', describeValue(work), 'a function');
  const signal = read.raw('signal');
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    read.add('signal', describeValue(signal), 'an AbortSignal');
  }
  read.callback('retryable');
  read.done('The ledger cannot take an input');
}

function hasCode(error: unknown, code: InstrumentErrorCode): boolean {
  return error instanceof InstrumentError && error.code === code;
}
