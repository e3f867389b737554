export { type DirectoryLock, DirectoryLockedError, isLocked, LOCK, lockDirectory } from './lock.ts';
export { describeOwner, isThisProcess, type Owner } from './lock-owner.ts';
export { makeDirectory, syncDirectory, syncFile } from './sync-directory.ts';
export { writeWhole } from './write-whole.ts';
