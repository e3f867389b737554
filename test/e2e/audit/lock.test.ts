import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createAudit } from '@org/instrument-audit/journal';
import { describe, expect } from 'vitest';
import { it } from '../harness/lab.ts';

const OPEN = `
  import { createAudit } from '@org/instrument-audit/journal';
  import { setTimeout as sleep } from 'node:timers/promises';
  await sleep(Number(process.env.AT) - Date.now());
  try {
    const audit = createAudit({ directory: process.env.DIRECTORY });
    audit.record({ action: 'journal.open' });
    console.log('open ' + process.pid);
    process.on('message', () => audit.close().then(() => process.disconnect()));
  } catch (error) {
    console.log(error.code + ' ' + error.message);
    process.disconnect();
  }`;

describe('two processes on one directory', () => {
  it('the second is refused with the pid of the first', async ({ lab }) => {
    const directory = join(lab.directory, 'journal');
    const app = lab.startApp({ source: OPEN, env: { DIRECTORY: directory, AT: '0' } });
    await app.ready(() => app.stdout.includes('open'), 'The application');
    expect(() => createAudit({ directory })).toThrow(
      expect.objectContaining({
        code: 'INSTRUMENT_AUDIT_LOCKED',
        message: expect.stringContaining(`process ${app.child.pid} on ${hostname()}`),
      }),
    );
    await app.kill();
    const audit = createAudit({ directory });
    expect(audit.status().size).toBeGreaterThan(0);
    await audit.close();
  });

  it('of many that find a lock left behind, one takes it over', async ({ lab }) => {
    const directory = join(lab.directory, 'journal');
    await createAudit({ directory }).close();
    const owner = { pid: 2 ** 22 + 1, host: hostname(), thread: 0, token: 'gone', since: '2026-01-01' };
    for (let round = 0; round < 5; round++) {
      writeFileSync(join(directory, 'lock'), JSON.stringify(owner));
      const at = String(Date.now() + 1_500);
      const apps = Array.from({ length: 8 }, () =>
        lab.startApp({ source: OPEN, env: { DIRECTORY: directory, AT: at } }),
      );
      await Promise.all(
        apps.map((app) => app.ready(() => /open|LOCKED/.test(app.stdout), 'The application')),
      );
      const opened = apps.filter(({ stdout }) => stdout.includes('open '));
      expect(opened).toHaveLength(1);
      for (const { child } of opened) child.send('close');
      for (const app of apps) expect(await app.end).toEqual({ code: 0, signal: null });
    }
    const audit = createAudit({ directory });
    expect((await audit.verify()).failures).toEqual([]);
    expect(audit.status().size).toBe(5);
    await audit.close();
  });
});
