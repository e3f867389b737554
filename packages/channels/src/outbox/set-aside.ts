import { renameSync } from 'node:fs';

/** Takes out of the way what cannot be read, so that it is not read again: it has `.unreadable` behind its name from now on. */
export function setAside(path: string): void {
  try {
    renameSync(path, `${path}.unreadable`);
  } catch {
    // It is nobody's, then.
  }
}
