import { randomBytes, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { ownText, reportFault } from '@org/instrument-core';
import { SUBJECTS } from '../journal/format.ts';
import type { Guard } from '../journal/lock-journal.ts';
import type { SealedValue } from '../operation/entry.ts';
import { erasuresSoFar, nextErasure } from './erasures.ts';
import { KeyFile } from './key-file.ts';
import type { KeyRecord } from './key-record.ts';
import { isSealed, KEY_BYTES, sealText, unsealText } from './sealed-text.ts';
import type { SubjectKeys } from './subject-keys.ts';

// 96 random bits: no two of a billion persons get the same.
const PSEUDONYM_BYTES = 12;
/**
 * Erased persons that are remembered, some 10 MB of them: what was said of one before, and not recorded within so many
 * erasures, gets a new key.
 */
const MAX_ERASED = 100_000;

/**
 * The keys of the persons of a journal, in the file `subjects` of its directory (0600). The file is read, or made, when
 * the first personal value comes. Only the process that has the journal may call it; others take `readSubjectKeys`.
 *
 * Faults of the disk do not reach `seal`: a key that could not be written stays in memory until `sync`, which rejects
 * while it cannot be written. `erase` rejects likewise, and goes on where it was when it is called again.
 *
 * What erasure can promise: the key is overwritten in memory, then in the file, then the file is replaced by one without
 * it. It cannot promise that no copy is left below the file: solid-state disks and file systems that copy on write (Btrfs,
 * ZFS, APFS, snapshots) put what overwrites in another place, and backups keep what they have. Nor can it reach copies
 * that the runtime has made of a key's text and not reused yet. Where that matters, keep the directory on an encrypted
 * volume. Who was erased stays known to the process until it ends, so that what it was told before, and records later, is
 * not readable again.
 */
export function openSubjectKeys(directory: string, guard?: Guard): SubjectKeys {
  return new KeyStore(new KeyFile(join(directory, SUBJECTS), guard));
}

/** The last erasure of a person. */
interface Erasure {
  readonly number: number;
  /** What stands for the person in whatever was said before. */
  readonly pseudonym: string;
}

class KeyStore implements SubjectKeys {
  readonly #file: KeyFile;
  readonly #byPseudonym = new Map<string, KeyRecord>();
  readonly #bySubject = new Map<string, KeyRecord>();
  /** Made, and not handed to the operating system for a fault. */
  readonly #pending = new Set<KeyRecord>();
  /** Pseudonyms of subjects whose erasure is not on disk yet. */
  readonly #erasing = new Map<string, string>();
  /** Subjects that were erased, the latest last. */
  readonly #erased = new Map<string, Erasure>();
  #isLoaded = false;
  #hasTried = false;
  #isClosed = false;
  #made = 0;
  #synced = 0;
  /** Syncing and rewriting, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(file: KeyFile) {
    this.#file = file;
  }

  get isUnsynced(): boolean {
    return this.#made > this.#synced;
  }

  seal(subject: string, text: string, made: number = erasuresSoFar()): SealedValue {
    this.#tryLoad();
    const erasure = this.#erased.get(subject);
    if (erasure !== undefined && made < erasure.number) return sealForNobody(erasure.pseudonym, text);
    const { key, pseudonym } = this.#bySubject.get(subject) ?? this.#make(subject);
    return sealText(key, pseudonym, text);
  }

  unseal(value: SealedValue): string | undefined {
    if (!isSealed(value)) return undefined;
    this.#tryLoad();
    const record = this.#byPseudonym.get(value.subject);
    return record === undefined ? undefined : unsealText(record.key, value);
  }

  pseudonymOf(subject: string): string | undefined {
    this.#tryLoad();
    return this.#bySubject.get(subject)?.pseudonym;
  }

  sync(): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.isUnsynced) return;
      this.#load();
      this.#writePending();
      const made = this.#made;
      await this.#file.sync();
      this.#synced = Math.max(this.#synced, made);
    });
  }

  syncNow(): void {
    if (!this.isUnsynced) return;
    this.#load();
    this.#writePending();
    this.#file.syncNow();
    this.#synced = this.#made;
  }

  async erase(subject: string): Promise<string | undefined> {
    this.#load();
    this.#forget(subject);
    const pseudonym = this.#erasing.get(subject);
    if (pseudonym === undefined) return undefined;
    await this.#enqueue(() => this.#rewrite());
    return pseudonym;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What is being synced or rewritten needs the file and the keys to its end.
    void this.#work.then(() => {
      for (const { key } of this.#byPseudonym.values()) key.fill(0);
      this.#byPseudonym.clear();
      this.#bySubject.clear();
      this.#pending.clear();
      this.#file.close();
    });
  }

  /** Reads the file, once; a fault is kept from the caller, and met again by `sync` and `erase`. */
  #tryLoad(): void {
    if (this.#hasTried || this.#isClosed) return;
    try {
      this.#load();
    } catch (error) {
      reportFault('audit', 'reading the keys of persons', error);
    }
  }

  #load(): void {
    this.#hasTried = true;
    if (this.#isLoaded) return;
    for (const record of this.#file.open()) {
      this.#byPseudonym.set(record.pseudonym, record);
      // One that was made while the file could not be read goes on being used.
      if (!this.#bySubject.has(record.subject)) this.#bySubject.set(record.subject, record);
    }
    this.#isLoaded = true;
  }

  #make(given: string): KeyRecord {
    const subject = ownText(given);
    const pseudonym = newPseudonym();
    const key = randomFillSync(Buffer.alloc(KEY_BYTES));
    const record: KeyRecord = { subject, pseudonym, key, offset: undefined };
    this.#byPseudonym.set(pseudonym, record);
    this.#bySubject.set(subject, record);
    this.#pending.add(record);
    this.#made++;
    try {
      if (this.#isLoaded && !this.#isClosed) this.#writePending();
    } catch (error) {
      reportFault('audit', 'writing the keys of persons', error);
    }
    return record;
  }

  #writePending(): void {
    for (const record of this.#pending) {
      // A file that was written anew may have it already.
      if (record.offset === undefined) this.#file.append(record);
      this.#pending.delete(record);
    }
  }

  /** Takes all keys of a subject out of memory, and overwrites them on disk. */
  #forget(subject: string): void {
    const record = this.#bySubject.get(subject);
    this.#noteErasure(record?.subject ?? ownText(subject), record?.pseudonym);
    if (record === undefined) return;
    this.#bySubject.delete(subject);
    this.#erasing.set(record.subject, record.pseudonym);
    for (const each of this.#byPseudonym.values()) {
      if (each.subject !== subject) continue;
      this.#byPseudonym.delete(each.pseudonym);
      this.#pending.delete(each);
      each.key.fill(0);
      try {
        this.#file.overwrite(each);
      } catch (error) {
        // The file is replaced by one without the key all the same, or `erase` rejects.
        reportFault('audit', 'overwriting the key of a person', error);
      }
    }
  }

  /** What was said of a subject so far may come to be recorded yet, also where nothing was. */
  #noteErasure(subject: string, current: string | undefined): void {
    const pseudonym = current ?? this.#erased.get(subject)?.pseudonym ?? newPseudonym();
    this.#erased.delete(subject);
    this.#erased.set(subject, { number: nextErasure(), pseudonym });
    if (this.#erased.size > MAX_ERASED) this.#erased.delete(this.#erased.keys().next().value as string);
  }

  async #rewrite(): Promise<void> {
    // Another call has done it together with its own.
    if (this.#erasing.size === 0) return;
    const erased = [...this.#erasing];
    const made = this.#made;
    await this.#file.rewrite(() => this.#byPseudonym.values());
    this.#synced = Math.max(this.#synced, made);
    for (const [subject, pseudonym] of erased) {
      // The subject may have got another key meanwhile, and lost that, too.
      if (this.#erasing.get(subject) === pseudonym) this.#erasing.delete(subject);
    }
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }
}

function newPseudonym(): string {
  return randomBytes(PSEUDONYM_BYTES).toString('base64url');
}

/** Seals with a key that is gone at once. */
function sealForNobody(pseudonym: string, text: string): SealedValue {
  const key = randomFillSync(Buffer.alloc(KEY_BYTES));
  const sealed = sealText(key, pseudonym, text);
  key.fill(0);
  return sealed;
}
