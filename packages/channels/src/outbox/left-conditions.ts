import { randomBytes } from 'node:crypto';
import { type Dirent, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reportFault } from '@org/instrument-core';
import { makeDirectory } from '@org/instrument-core/directory';
import { type Condition, joined, MAX_OPEN } from '../notification/open-conditions.ts';
import { behindJournals, conditionFileOf, hasConditions } from './condition-file.ts';
import { type ConditionRecord, isOf, lineOf, replaceLines, type Scope } from './condition-lines.ts';
import type { ConditionReader } from './condition-reader.ts';
import { appendToExisting, noFile } from './open-file.ts';
import { setAside } from './set-aside.ts';

/** Of the directory of outboxes, beside the slots. */
const NAME = 'conditions';
const EXTENSION = '.ndjson';
/** Files before they are made one. */
const MAX_FILES = 8;

/**
 * What processes that are gone have left open, in a directory that is nobody's. A file comes there whole, under a name that no other
 * one ever has, and from then on has only ends added to it, by whoever has told of one; when all in it is over, it is removed. So
 * nothing of it can be lost by processes that are at it at the same time, and none has to wait for another; what can happen
 * is that two tell of one end.
 */
export class LeftConditions {
  readonly #directory: string;
  readonly #reader: ConditionReader;
  /** Ids of those whose end is told, and not written down yet, by file. */
  readonly #ended = new Map<string, Set<string>>();

  /** @param directory that of all outboxes. */
  constructor(directory: string, reader: ConditionReader) {
    this.#directory = join(directory, NAME);
    this.#reader = reader;
  }

  /**
   * Takes what a slot says out of it; whoever calls this holds the slot.
   *
   * @throws the error of the file system.
   */
  take(slot: string): void {
    // While there is room for it: a full disk takes a file under another name, and may take no directory.
    makeDirectory(this.#directory);
    if (hasConditions(slot)) renameSync(conditionFileOf(slot), this.#newPath());
  }

  /** Paths of the files, oldest first. Never throws. */
  files(): readonly string[] {
    try {
      const entries = readdirSync(this.#directory, { withFileTypes: true });
      const ours = entries.filter(({ name }) => name.endsWith(EXTENSION));
      const files = ours.filter((entry) => entry.isFile() || this.#refuse(entry));
      return files
        .map(({ name }) => name)
        .sort()
        .map((name) => join(this.#directory, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') report(error);
      return [];
    }
  }

  /** What files have open of a condition that may have these ids. */
  find(files: readonly string[], ids: readonly string[]): Condition | undefined {
    let found: Condition | undefined;
    for (const path of files) {
      const open = ids.filter((id) => !this.#isEnded(path, id));
      if (open.length > 0) found = joined(found, this.#reader.find([path], open));
    }
    return found;
  }

  /** Keys that files have open of a scope. */
  keys(files: readonly string[], scope: Scope): readonly string[] {
    const keys = new Set<string>();
    for (const path of files) {
      for (const [id, record] of this.#reader.tryRead(path)) {
        if (isOf(record, scope) && !this.#isEnded(path, id)) keys.add(record.key);
      }
    }
    return [...keys];
  }

  /** The end of a condition that may have these ids is told. */
  end(files: readonly string[], ids: readonly string[]): void {
    for (const path of files) {
      const records = this.#reader.tryRead(path);
      for (const id of ids) {
        if (!records.has(id)) continue;
        const ended = this.#ended.get(path) ?? new Set();
        this.#ended.set(path, ended.add(id));
      }
    }
    if (this.#ended.size > 0) behindJournals(() => this.write());
  }

  /** Writes down which are over, as far as the disk takes it. */
  write(): void {
    for (const [path, ids] of this.#ended) {
      try {
        this.#writeEnds(path, ids);
        this.#ended.delete(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#ended.delete(path);
        else report(error);
      }
    }
  }

  /** Makes one of many files. */
  merge(files: readonly string[]): void {
    if (files.length <= MAX_FILES) return;
    const all = new Map<string, ConditionRecord>();
    try {
      for (const path of files) {
        for (const [id, record] of this.#reader.read(path)) {
          if (!this.#isEnded(path, id)) all.set(id, { ...record, ...joined(all.get(id), record) });
        }
      }
      const lines = [...all.values()].map((record) => lineOf(record.key, record, record));
      if (lines.length > 0) replaceLines(this.#newPath(), lines.slice(-MAX_OPEN));
      for (const path of files) rmSync(path, { force: true });
    } catch (error) {
      report(error);
    }
  }

  #isEnded(path: string, id: string): boolean {
    return this.#ended.get(path)?.has(id) === true;
  }

  #writeEnds(path: string, ids: ReadonlySet<string>): void {
    const records = this.#reader.read(path);
    const over = [...ids].flatMap((id) => records.get(id) ?? []);
    if (over.length === records.size) rmSync(path, { force: true });
    else if (over.length > 0) {
      // What it ends in may be a line that was torn.
      appendToExisting(path, `\n${over.map((record) => lineOf(record.key, record)).join('')}`);
    }
  }

  /** What is no file says nothing, and would keep all others from being made one. */
  #refuse(entry: Dirent): false {
    const path = join(this.#directory, entry.name);
    setAside(path);
    report(noFile(path, entry.isSymbolicLink() ? 'a link' : 'no regular file'));
    return false;
  }

  #newPath(): string {
    return join(this.#directory, `${Date.now()}-${randomBytes(4).toString('hex')}${EXTENSION}`);
  }
}

function report(error: unknown): void {
  reportFault('channels', 'keeping on disk what was left open', error);
}
