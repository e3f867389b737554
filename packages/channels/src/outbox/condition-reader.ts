import { lstatSync } from 'node:fs';
import { reportFault } from '@org/instrument-core';
import { type Condition, joined } from '../notification/open-conditions.ts';
import { type ConditionRecord, recordsIn } from './condition-lines.ts';
import { readWhole } from './open-file.ts';

type Records = ReadonlyMap<string, ConditionRecord>;

interface Known {
  /** Changes with each change of the file. */
  readonly stamp: string;
  readonly records: Records;
}

const NONE: Records = new Map();

/** Reads files of conditions, each again only when it has changed. */
export class ConditionReader {
  readonly #known = new Map<string, Known>();

  /**
   * What a file says to be open, by its id; nothing when it is not there.
   *
   * @throws the error of the file system: one that cannot be read may well say something.
   */
  read(path: string): Records {
    try {
      const { ino, size, mtimeMs } = lstatSync(path);
      const stamp = `${ino} ${size} ${mtimeMs}`;
      const before = this.#known.get(path);
      if (before?.stamp === stamp) return before.records;
      const records = recordsIn(readWhole(path).toString());
      this.#known.set(path, { stamp, records });
      return records;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return NONE;
    }
  }

  /** As {@link read}; what cannot be read is reported. */
  tryRead(path: string): Records {
    try {
      return this.read(path);
    } catch (error) {
      reportFault('channels', 'reading which conditions are open', error);
      return NONE;
    }
  }

  /** What files say of a condition that may have these ids. */
  find(paths: readonly string[], ids: readonly string[]): Condition | undefined {
    let found: Condition | undefined;
    for (const path of paths) {
      const records = this.tryRead(path);
      for (const id of ids) found = joined(found, records.get(id));
    }
    return found;
  }

  /** Forgets what it has read of all other files. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path);
  }
}
