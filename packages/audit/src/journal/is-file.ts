import { statSync } from 'node:fs';

/** Whether a path leads to a file: not to nowhere, and not to a directory or a pipe. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
