import { constants } from 'node:fs';

/**
 * Flags to open a file by that is to be read, where anything may stand in its place: a named pipe that nobody writes to would keep
 * who opens it waiting for good. Windows has no such flag, and no such files.
 */
export const READ_AT_ONCE: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
