import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packAll, type Tarball } from './support/pack.ts';
import { CACHE } from './support/paths.ts';

declare module 'vitest' {
  interface ProvidedContext {
    tarballs: Tarball[];
  }
}

/** An installed project that no run has used for a day was made of tarballs that are no more. */
const STALE_AFTER_MILLIS = 24 * 60 * 60 * 1_000;

/** Packs all packages once, for all test files. */
export default async function setUp(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'instrument-tarballs-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  removeStale();
  try {
    project.provide('tarballs', await packAll(directory));
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}

function removeStale(): void {
  if (!existsSync(CACHE)) return;
  for (const name of readdirSync(CACHE).filter((name) => name.endsWith('.tar'))) {
    const file = join(CACHE, name);
    if (Date.now() - statSync(file).mtimeMs > STALE_AFTER_MILLIS) rmSync(file, { force: true });
  }
}
