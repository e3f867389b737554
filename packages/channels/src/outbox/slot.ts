import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportFault } from '@org/instrument-core';
import {
  type DirectoryLock,
  DirectoryLockedError,
  isLocked,
  lockDirectory,
  makeDirectory,
} from '@org/instrument-core/directory';
import { numberOfSegment } from './format.ts';
import { noFile } from './open-file.ts';

/** Far more than one machine has processes that share a directory. */
const MAX_SLOTS = 1_024;

/** A part of the directory that is this process's. */
export interface Slot {
  readonly path: string;
  readonly lock: DirectoryLock;
}

/**
 * Takes the lowest slot that is free: each process has its own. `onLost`: it has become another process's, since this one
 * was held up for so long.
 *
 * @throws the error of the file system.
 */
export function takeSlot(directory: string, onLost: () => void): Slot {
  for (let number = 0; number < MAX_SLOTS; number++) {
    const path = join(directory, String(number));
    makeDirectory(path);
    if (lstatSync(path).isSymbolicLink()) {
      reportFault('channels', 'taking a slot of the outboxes', noFile(path, 'a link'));
      continue;
    }
    const lock = tryLock(path, onLost);
    if (lock !== undefined) return { path, lock };
  }
  throw new Error(`all ${MAX_SLOTS} slots of ${directory} are taken`);
}

/** Takes a slot that a process has left and that is wanted for what is in it; `undefined`: it is alive, or has left nothing. */
export function takeLeftSlot(
  path: string,
  isWanted: (slot: string) => boolean,
  onLost: () => void = () => {},
): Slot | undefined {
  if (isLocked(path) || !isWanted(path)) return undefined;
  const lock = tryLock(path, onLost);
  return lock === undefined ? undefined : { path, lock };
}

/** Paths of all slots. */
export function slotsIn(directory: string): readonly string[] {
  const directories = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const numbers = directories.map(({ name }) => name).filter((name) => /^\d{1,4}$/.test(name));
  return numbers.sort((a, b) => Number(a) - Number(b)).map((name) => join(directory, name));
}

/** Directories of channels in a slot in which something may wait. */
export function channelsIn(slot: string): readonly string[] {
  const directories = readdirSync(slot, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return directories
    .map(({ name }) => name)
    .filter((name) => readdirSync(join(slot, name)).some((file) => numberOfSegment(file) !== undefined));
}

function tryLock(path: string, onLost: () => void): DirectoryLock | undefined {
  try {
    return lockDirectory(path, onLost);
  } catch (error) {
    if (error instanceof DirectoryLockedError) return undefined;
    throw error;
  }
}
