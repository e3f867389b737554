import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../src/errors.ts';
import type { FileFacts } from '../src/facts.ts';
import { Store } from '../src/store.ts';
import { readFacts } from './tree.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function facts(path: string): FileFacts {
  return { path, bytes: 1, digest: 'sha256:00', lines: 1, imports: [], functions: [], complexity: 1 };
}

describe('Store', () => {
  it('keeps every line when many write far more than the buffer holds', async () => {
    const path = join(directory, 'many.ndjson');
    const store = await Store.open(path);
    const writer = async (writer: number): Promise<void> => {
      for (let i = 0; i < 25; i++) {
        await store.append([0, 1].map((j) => facts(`${writer}-${2 * i + j}-${'x'.repeat(5_000)}`)));
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => writer(i)));
    await store.close();

    const names = new Set((await readFacts(path)).map((line) => line.path.slice(0, 6)));
    expect(names.size).toBe(20 * 50);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'tells each caller that the disk is full, and still closes',
    async () => {
      const store = await Store.open('/dev/full');
      const failures: unknown[] = [];
      for (let i = 0; i < 20; i++) {
        await store.append([facts('x'.repeat(20_000))]).catch((error: unknown) => failures.push(error));
      }
      await store.close();

      expect(failures).toHaveLength(20);
      for (const failure of failures) {
        expect(failure).toBeInstanceOf(StoreError);
        expect(String(failure)).toContain('ENOSPC');
      }
    },
  );
});
