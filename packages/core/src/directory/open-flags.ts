import { constants } from 'node:fs';

/**
 * Flags to open a file by that is to be read, where anything may stand in its place: a named pipe that nobody writes to would keep
 * who opens it waiting for good. Windows has no such flag, and no such files.
 */
export const READ_AT_ONCE: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The same of a file that is to be written, and read. */
export const WRITE_AT_ONCE: number = constants.O_RDWR | (constants.O_NONBLOCK ?? 0);

/** A link in the place of a file that is written would have it written wherever that leads. Windows has no such flag. */
export const NO_LINK: number = constants.O_NOFOLLOW ?? 0;
