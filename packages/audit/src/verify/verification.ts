import type { KeyObject } from 'node:crypto';

/**
 * What is wrong with a journal. `undecided`: nothing that is known of, but retention removed segments while they were
 * verified, so fast that what says so was gone before it was read. Verify again.
 */
export type FailureKind =
  | 'changed'
  | 'removed'
  | 'inserted'
  | 'reordered'
  | 'truncated'
  | 'swapped'
  | 'wrong-key'
  | 'bad-signature'
  | 'bad-checkpoint'
  | 'malformed'
  | 'unreadable'
  | 'undecided';

/** One thing that is not as it was recorded. */
export interface VerificationFailure {
  readonly kind: FailureKind;
  /** First entry that is affected; `undefined` when it is no entry. */
  readonly index: number | undefined;
  /** File, relative to the directory. */
  readonly file: string;
  /** Line in the file, from 1; `undefined` when it is not about one. */
  readonly line: number | undefined;
  /** Byte in the file where that line begins. */
  readonly offset: number | undefined;
  /** What is wrong, in a sentence. */
  readonly message: string;
}

/** Options of `verify`. */
export interface VerifyOptions {
  /**
   * Verifier keys (C2SP signed-note) or public keys to be trusted. Default: `key.pub` of the journal itself, which proves
   * less: whoever can rewrite the journal can replace it.
   */
  readonly keys?: readonly (string | KeyObject)[] | undefined;
  /** Signed notes that were kept elsewhere: the journal must contain each of these states. */
  readonly checkpoints?: readonly string[] | undefined;
  /** How many failures are collected before it stops. Default 1: the first. */
  readonly maxFailures?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many entries and bytes have been read. */
  readonly onProgress?:
    | ((progress: { entries: number; bytes: number; totalBytes: number }) => void)
    | undefined;
}

/** What verification found. */
export interface Verification {
  readonly ok: boolean;
  readonly directory: string;
  readonly origin: string | undefined;
  /** Entries whose content was checked, and those of which only hashes are kept. */
  readonly entries: number;
  readonly pruned: number;
  /** Entries in the journal; the next index. */
  readonly size: number;
  /** Root of their tree, base64. */
  readonly root: string;
  /** Checkpoints whose signature and root are right, and the size that the last of them covers. */
  readonly checkpoints: number;
  readonly checkpointed: number;
  /** Verifier key that the checkpoints were signed with. */
  readonly key: string | undefined;
  readonly failures: readonly VerificationFailure[];
  /**
   * What is no fault but worth knowing: entries that no checkpoint covers, or that a process took over unsigned from the one
   * before, an entry that is being written.
   */
  readonly notices: readonly string[];
}
