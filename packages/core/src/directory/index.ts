export { type DirectoryLock, DirectoryLockedError, isLocked, LOCK, lockDirectory } from './lock.ts';
export { describeOwner, isThisProcess, type Owner } from './lock-owner.ts';
export { NO_LINK, READ_AT_ONCE, WRITE_AT_ONCE } from './open-flags.ts';
export { warnOfOthers } from './others-access.ts';
export { STALL_MILLIS, StallWatch, type StallWatchOptions } from './stall-watch.ts';
export { makeDirectory, syncDirectory } from './sync-directory.ts';
export { writeWhole } from './write-whole.ts';
