import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a file of a journal to be read. Anything may stand in its place: a named pipe that nobody writes to would keep who
 * opens it waiting for good.
 *
 * @throws the error of the file system, or one like it for what is no file.
 */
export async function openFile(path: string): Promise<FileHandle> {
  // Windows has no such flag, and no such files.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if ((await handle.stat()).isFile()) return handle;
    throw Object.assign(new Error(`${path} is no regular file`), { syscall: 'open' });
  } catch (error) {
    await handle.close();
    throw error;
  }
}
