import { join } from 'node:path';
import { createAudit } from '@org/instrument-audit/journal';
import { verifyJournal } from '@org/instrument-audit/verify';
import { describe, expect } from 'vitest';
import { it } from '../harness/lab.ts';

const KILLS = 15;

/** Records while segments are closed and removed, checkpoints signed, and persons erased, as often as can be. */
const SOURCE = `
  import { writeSync } from 'node:fs';
  import { personal } from '@org/instrument-audit';
  import { createAudit } from '@org/instrument-audit/journal';
  const audit = createAudit({
    directory: process.env.DIRECTORY, segmentBytes: 4_096, checkpointInterval: 1, retention: { maxBytes: 20_000 },
  });
  writeSync(1, 'open\\n');
  for (let n = 0; ; n++) {
    const entry = audit.record({ action: 'numbers.add', actor: personal('person ' + (n % 7), 'Ada') });
    entry.durable.then(() => writeSync(1, 'durable ' + entry.index + ' ' + entry.hash + '\\n'));
    const operation = audit.begin({ action: 'numbers.start' });
    if (n % 2 === 0) operation.end();
    if (n % 50 === 0) audit.erase('person ' + (n % 7)).catch(() => {});
    await new Promise((resolve) => (n % 3 === 0 ? setTimeout(resolve, 1) : setImmediate(resolve)));
  }`;

describe('a process that is killed while segments are removed and persons erased', () => {
  it('leaves a journal that verifies as it is, and goes on without a trace of it', async ({ lab }) => {
    const directory = join(lab.directory, 'journal');
    let removed = 0;
    for (let round = 0; round < KILLS; round++) {
      const app = lab.startApp({ source: SOURCE, env: { DIRECTORY: directory } });
      await app.ready(() => app.stdout.includes('open'), 'The application');
      await new Promise((resolve) => setTimeout(resolve, 30 + round * 11));
      app.child.kill('SIGKILL');
      await app.end;
      expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });

      const audit = createAudit({ directory });
      const hashes = new Map<number, string>();
      for await (const { index, hash } of audit.query()) hashes.set(index, hash);
      const [first = 0] = hashes.keys();
      for (const [, index, hash] of app.stdout.matchAll(/^durable (\d+) (\S+)$/gm)) {
        if (Number(index) >= first) expect(hashes.get(Number(index))).toBe(hash);
      }
      await audit.close();
      const found = await verifyJournal(directory);
      expect(found).toMatchObject({ ok: true, failures: [], pruned: first });
      // What it had not signed when it was killed, and nothing else.
      for (const notice of found.notices) expect(notice).toMatch(/taken over unsigned/);
      removed = found.pruned;
    }
    expect(removed).toBeGreaterThan(0);
  }, 120_000);
});
