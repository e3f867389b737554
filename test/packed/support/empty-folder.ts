import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with nothing beside it, which goes with the test. */
export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-alone-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
