import type { Stats } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reportFault } from '@org/instrument-core';
import { compressFile, GZIP, removeDrafts } from './compress-file.ts';
import type { Rotation } from './rotating-file.ts';

/** Held by the process that rotates, for as long as a few calls of the file system take. */
const GUARD = '.rotating';
/** A guard that is older was left behind by a process that died. */
const STALE_MILLIS = 10_000;
/** `20240229T123456789Z`: in the order of the alphabet they are in that of time. */
const STAMP = /^\.(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(?:\.gz)?$/;

/** The files that were rotated away, beside the one that is written. */
export class Archive {
  readonly #rotation: Rotation;
  readonly #now: () => number;
  #tidying: Promise<void> = Promise.resolve();

  constructor(rotation: Rotation, now: () => number) {
    this.#rotation = rotation;
    this.#now = now;
  }

  /**
   * Moves the file away that `seen` is of. Does nothing while another process is about to, or when it has: two files of which
   * one is nearly empty would push an older one out.
   *
   * @throws the error of the file system.
   */
  async rotate(seen: Stats): Promise<void> {
    const { path } = this.#rotation;
    const guard = `${path}${GUARD}`;
    if (!(await take(guard))) return;
    try {
      const named = await stat(path);
      if (named.ino !== seen.ino || named.dev !== seen.dev) return;
      await rename(path, await this.#nextName());
    } finally {
      await rm(guard, { force: true });
    }
    this.#tidying = this.#tidying.then(() => this.#tidy());
  }

  /** Waits until what was rotated is compressed, and what is too much removed. */
  settled(): Promise<void> {
    return this.#tidying;
  }

  /** A name behind all that there are: by names it is decided which file is the oldest, whatever the clock was set to meanwhile. */
  async #nextName(): Promise<string> {
    const { path } = this.#rotation;
    const stamps = (await this.#rotated()).map((one) => millisOf(one.slice(path.length)));
    const millis = stamps.reduce((latest, stamp) => Math.max(latest, stamp + 1), this.#now());
    return `${path}.${new Date(millis).toISOString().replace(/[-:.]/g, '')}`;
  }

  async #tidy(): Promise<void> {
    const { path, maxFiles, compress } = this.#rotation;
    try {
      const names = await this.#rotated();
      const keep = Math.max(0, names.length - maxFiles);
      for (const name of names.slice(0, keep)) await rm(name, { force: true });
      if (!compress) return;
      await removeDrafts(path);
      for (const name of names.slice(keep)) if (!name.endsWith(GZIP)) await compressFile(name);
    } catch (error) {
      reportFault('channels', `tidying up behind ${path}`, error);
    }
  }

  /** Paths of the rotated files, oldest first. */
  async #rotated(): Promise<string[]> {
    const { path } = this.#rotation;
    const [directory, name] = [dirname(path), basename(path)];
    const all = await readdir(directory);
    const rotated = all.filter((one) => one.startsWith(name) && STAMP.test(one.slice(name.length)));
    return rotated.sort().map((one) => join(directory, one));
  }
}

async function take(guard: string): Promise<boolean> {
  for (let round = 0; round < 2; round++) {
    try {
      await (await open(guard, 'wx', 0o600)).close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const stats = await stat(guard).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs < STALE_MILLIS) return false;
    await rm(guard, { force: true });
  }
  return false;
}

/** The time of a stamp; of one that is no time, one before all others. */
function millisOf(stamp: string): number {
  const millis = Date.parse(stamp.replace(STAMP, '$1-$2-$3T$4:$5:$6.$7Z'));
  return Number.isNaN(millis) ? Number.NEGATIVE_INFINITY : millis;
}
