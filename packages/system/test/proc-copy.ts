import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fixture } from './bed.ts';

/** A `/proc` that can be written, as the fixture is. */
export interface ProcCopy {
  readonly directory: string;
  write(file: string, text: string | Uint8Array): void;
  remove(file: string): void;
}

/** Copies a fixture, until the test is over. */
export function copyProc(name = 'linux-2.6.32/proc'): ProcCopy {
  const directory = mkdtempSync(join(tmpdir(), 'proc-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  cpSync(fixture(name), directory, { recursive: true });
  return {
    directory,
    write: (file, text) => writeFileSync(join(directory, file), text),
    remove: (file) => rmSync(join(directory, file)),
  };
}
