export { type DirectoryLock, DirectoryLockedError, isLocked, LOCK, lockDirectory } from './lock.ts';
export { describeOwner, isThisProcess, type Owner } from './lock-owner.ts';
export { READ_AT_ONCE } from './read-flags.ts';
export { makeDirectory, syncDirectory } from './sync-directory.ts';
export { writeWhole } from './write-whole.ts';
