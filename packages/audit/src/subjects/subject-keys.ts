import type { SealedValue } from '../operation/entry.ts';

/** Keys of persons: what belongs to one is encrypted with a key of that person's own, and unreadable once it is erased. */
export interface SubjectKeys {
  /**
   * Encrypts text for a person, whose key is made when there is none. Synchronous: a new key is handed to the operating
   * system before it returns, and is on disk once `sync` has resolved. Text that was `made` before the person was erased
   * (see `madeOf`; default: now) can be read by nobody.
   */
  seal(subject: string, text: string, made?: number): SealedValue;
  /** The text of a sealed value; `undefined` when its key was erased or never was here. */
  unseal(value: SealedValue): string | undefined;
  /** Whether new keys are not on disk yet. */
  readonly isUnsynced: boolean;
  /** Brings new keys to disk. Entries that were sealed with them must not become durable before. */
  sync(): Promise<void>;
  /** As `sync`, at once. @throws the error of the file system. */
  syncNow(): void;
  /**
   * Erases the key of a person from memory and disk. Resolves, once that is on disk, to the pseudonym that the values of
   * the person carry in the journal, or to `undefined` when there was no key.
   */
  erase(subject: string): Promise<string | undefined>;
  /** Pseudonym of a person in the journal; `undefined` when there is none. */
  pseudonymOf(subject: string): string | undefined;
  close(): void;
}
