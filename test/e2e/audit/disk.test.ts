import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { BackgroundProcess } from '../harness/background-process.ts';
import { it, type Lab } from '../harness/lab.ts';

const WAIT = { timeout: 20_000, interval: 50 };

/**
 * A process with a disk of its own, which it can fill, write-protect and free: a file system in memory in a mount
 * namespace of its own, so that nothing outside is touched. It does what it is sent, and answers in JSON.
 */
const SOURCE = `
  import { execFileSync } from 'node:child_process';
  import { mkdirSync, rmSync, writeFileSync, statfsSync } from 'node:fs';
  import { events } from '@org/instrument';
  import { audit as processAudit } from '@org/instrument/audit';
  import { createAudit } from '@org/instrument-audit/journal';

  const disk = process.env.DISK;
  const states = [];
  const unhandled = [];
  process.on('unhandledRejection', (error) => unhandled.push(String(error)));
  events.on('audit.state', ({ from, to, reason }) => states.push({ from, to, reason }));
  const audit = createAudit({ directory: disk + '/journal', ...JSON.parse(process.env.OPTIONS) });
  const mount = (mode) => execFileSync('mount', ['-o', 'remount,' + mode, disk]);
  const verbs = {
    fill: () => {
      const { bavail, bsize } = statfsSync(disk);
      for (let left = bavail * bsize; left >= 4096; ) {
        const bytes = Math.min(left, 1 << 20);
        try {
          writeFileSync(disk + '/filler', Buffer.alloc(bytes), { flag: 'a' });
        } catch {}
        left = statfsSync(disk).bavail * bsize;
      }
    },
    free: () => rmSync(disk + '/filler'),
    protect: () => mount('ro'),
    unprotect: () => mount('rw'),
    record: (count) => {
      const start = performance.now();
      let threw;
      let recorded = 0;
      for (let i = 0; i < count; i++) {
        try {
          const { index } = audit.record({ action: 'numbers.add', attributes: { text: 'x'.repeat(1_000) } });
          if (index !== undefined) recorded++;
        } catch (error) {
          threw = error.code;
        }
      }
      return { recorded, threw, millis: performance.now() - start };
    },
    flush: () => audit.flush(),
    state: () => ({ ...audit.status(), states, unhandled, heap: process.memoryUsage().rss }),
    verify: async () => {
      const { ok, size, failures } = await audit.verify();
      const shed = [];
      for await (const { attributes } of audit.query({ action: 'audit.entries.shed' })) shed.push(attributes.entries);
      return { ok, size, failures, shed };
    },
  };
  process.on('message', async ({ verb, argument }) => {
    try {
      process.send({ value: (await verbs[verb](argument)) ?? null });
    } catch (error) {
      process.send({ error: String(error.message) });
    }
  });
  console.log('open');`;

interface Machine {
  readonly app: BackgroundProcess;
  ask<T>(verb: string, argument?: unknown): Promise<T>;
}

interface State {
  readonly state: string;
  readonly reason: string | undefined;
  readonly size: number;
  readonly durable: number;
  readonly waitingBytes: number;
  readonly shed: number;
  readonly states: readonly { from: string; to: string; reason?: string }[];
  readonly unhandled: readonly string[];
}

interface Recorded {
  readonly recorded: number;
  readonly threw?: string;
  readonly millis: number;
}

async function start(lab: Lab, options: object): Promise<Machine> {
  const app = lab.startAppOnDisk({
    source: SOURCE,
    disk: join(lab.directory, 'disk'),
    megabytes: 8,
    env: { OPTIONS: JSON.stringify({ maxWaitingBytes: 200_000, ...options }) },
  });
  await app.ready(() => app.stdout.includes('open'), 'The application');
  const ask = <T>(verb: string, argument?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      app.child.once('message', ({ value, error }: { value: T; error?: string }) => {
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      app.child.send({ verb, argument });
    });
  return { app, ask };
}

// No disk can be write-protected while a file on it is being written: there, nothing is recorded before.
describe.for([
  ['full', 'fill', 'free', /ENOSPC/, 10],
  ['write-protected', 'protect', 'unprotect', /EROFS/, 0],
] as const)('on a disk that is %s', ([, spoil, mend, reason, before]) => {
  it('entries wait in bounded memory, and none of them is lost', async ({ lab }) => {
    const { ask } = await start(lab, {});
    await ask<Recorded>('record', before);
    await ask('flush');
    await ask(spoil);
    expect(await ask<Recorded>('record', 100)).toMatchObject({ recorded: 100 });
    await expect
      .poll(() => ask<State>('state'), WAIT)
      .toMatchObject({ state: 'waiting', size: before + 100 });
    expect((await ask<State>('state')).reason).toMatch(reason);
    await expect(ask('flush')).rejects.toThrow(reason);
    await ask(mend);
    await expect
      .poll(() => ask<State>('state'), WAIT)
      .toMatchObject({ state: 'open', durable: before + 100 });
    const { states, unhandled } = await ask<State>('state');
    expect(states.map(({ from, to }) => `${from} ${to}`)).toEqual(['open waiting', 'waiting open']);
    expect(unhandled).toEqual([]);
    expect(await ask('verify')).toMatchObject({ ok: true, size: before + 100 });
  });

  it('what there is no room for is shed, counted, and put on record', async ({ lab }) => {
    const { ask } = await start(lab, { whenFull: 'shed' });
    await ask(spoil);
    const { recorded } = await ask<Recorded>('record', 1_000);
    expect(recorded).toBeGreaterThan(100);
    expect(recorded).toBeLessThan(250);
    const full = await ask<State>('state');
    expect(full).toMatchObject({ state: 'full', shed: 1_000 - recorded });
    expect(full.waitingBytes).toBeLessThanOrEqual(200_000);
    await ask(mend);
    await expect.poll(() => ask<State>('state'), WAIT).toMatchObject({ state: 'open' });
    await ask('flush');
    expect(await ask('verify')).toMatchObject({ ok: true, size: recorded + 1, shed: [1_000 - recorded] });
  });

  it('what cannot be put on record fails, where that is asked for', async ({ lab }) => {
    const { ask } = await start(lab, { whenFull: 'fail' });
    await ask(spoil);
    expect(await ask<Recorded>('record', 1_000)).toMatchObject({ threw: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
    await ask(mend);
    await expect.poll(() => ask<State>('state'), WAIT).toMatchObject({ state: 'open' });
    expect(await ask<Recorded>('record', 100)).toEqual(
      expect.not.objectContaining({ threw: expect.anything() }),
    );
  });

  it('recording blocks for as long as was asked for, and goes on when the disk is back', async ({ lab }) => {
    const { ask } = await start(lab, { whenFull: 'block', blockTimeout: 300 });
    await ask(spoil);
    const before = await ask<Recorded>('record', 150);
    const blocked = await ask<Recorded>('record', 100);
    expect(before.recorded + blocked.recorded).toBeLessThan(250);
    expect(blocked.threw).toBe('INSTRUMENT_AUDIT_UNAVAILABLE');
    // Once, and not for each: who has waited in vain has waited for the others, too.
    expect(blocked.millis).toBeGreaterThanOrEqual(299);
    expect(blocked.millis).toBeLessThan(600);
    await ask(mend);
    await expect.poll(() => ask<State>('state'), WAIT).toMatchObject({ state: 'open' });
    expect(await ask<Recorded>('record', 300)).toMatchObject({ recorded: 300 });
    await ask('flush');
    expect(await ask('verify')).toMatchObject({ ok: true });
  });
});

const WITHOUT_PERMISSION = `
  import { chmodSync, mkdirSync } from 'node:fs';
  import { createAudit } from '@org/instrument-audit/journal';
  const directory = process.env.DIRECTORY;
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o500);
  // Root may do everything: whoever runs this must be somebody else.
  if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
  try {
    createAudit({ directory });
  } catch (error) {
    console.log(error.code, error.message);
  }`;

describe('without permission', () => {
  it('a journal is not opened, and the error says why', async ({ lab }) => {
    const directory = join(lab.directory, 'journal');
    const app = lab.startApp({ source: WITHOUT_PERMISSION, env: { DIRECTORY: directory } });
    expect(await app.end).toEqual({ code: 0, signal: null });
    expect(app.stdout).toMatch(/^INSTRUMENT_AUDIT_UNAVAILABLE .*cannot be opened: EACCES/);
  });
});
