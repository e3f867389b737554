import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compressFile } from '../../src/file/compress-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'channels-gzip-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('a file that several compress at once is compressed, and nobody leaves a draft', async () => {
  const names = Array.from({ length: 60 }, (_, at) => `file-${at}`);
  await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      await writeFile(path, `of ${name}\n`.repeat(500));
      // One after the other has begun: some find the file just gone.
      const all = Array.from({ length: 6 }, async (_, at) => {
        for (let turn = 0; turn < at * 4; turn++) await new Promise((resolve) => setImmediate(resolve));
        await compressFile(path);
      });
      expect((await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')).toEqual([]);
    }),
  );
  expect((await readdir(directory)).sort()).toEqual(names.map((name) => `${name}.gz`).sort());
  for (const name of names) {
    const text = gunzipSync(await readFile(join(directory, `${name}.gz`))).toString();
    expect(text).toBe(`of ${name}\n`.repeat(500));
  }
});
