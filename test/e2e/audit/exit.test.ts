import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createAudit } from '@org/instrument-audit/journal';
import { verifyJournal } from '@org/instrument-audit/verify';
import { describe, expect } from 'vitest';
import { it } from '../harness/lab.ts';

/** Records for some turns, with all that goes on in the background, and ends. */
const SOURCE = `
  import { createAudit } from '@org/instrument-audit/journal';
  import { events } from '@org/instrument';
  const { DIRECTORY, END, TURNS } = process.env;
  const audit = createAudit({
    directory: DIRECTORY, segmentBytes: 4_096, checkpointInterval: 1, retention: { maxBytes: 8_192 },
  });
  const ends = {
    'the end of the program': () => {},
    'process.exit': () => process.exit(0),
    'process.exit while an operation is read': () =>
      audit.record({ action: 'numbers.last', attributes: { get x() { process.exit(0); } } }),
    'process.exit in a listener': () => {
      events.on('audit.checkpoint', () => process.exit(0));
      audit.checkpoint();
    },
    'process.exit while the journal is closed': () => {
      audit.close();
      setImmediate(() => process.exit(0));
    },
    'an error that nobody catches': () => { throw new Error('uncaught'); },
  };
  let recorded = 0;
  for (let turn = 0; turn < Number(TURNS); turn++) {
    for (let i = 0; i < 5; i++) recorded = audit.record({ action: 'numbers.add', attributes: { i } }).index + 1;
    await new Promise(setImmediate);
  }
  recorded = audit.record({ action: 'numbers.add' }).index + 1;
  console.log(recorded);
  ends[END]();`;

describe('a process that ends', () => {
  it.for([
    'the end of the program',
    'process.exit',
    'process.exit while an operation is read',
    'process.exit in a listener',
    'process.exit while the journal is closed',
    'an error that nobody catches',
  ])('by %s has a journal that is whole, closed and signed', async (end, { lab }) => {
    const directory = join(lab.directory, 'journal');
    for (let round = 0; round < 4; round++) {
      const env = { DIRECTORY: directory, END: end, TURNS: String(round * 40) };
      const app = lab.startApp({ source: SOURCE, env });
      expect((await app.end).code).toBe(end.startsWith('an error') ? 1 : 0);
      const found = await verifyJournal(directory);
      expect(found).toMatchObject({ ok: true, failures: [] });
      expect(found.size).toBeGreaterThanOrEqual(Number(app.stdout));
      expect(found.checkpointed).toBe(found.size);
      // A listener of the very last event can end the process before the directory is given back.
      if (!end.endsWith('listener')) expect(existsSync(join(directory, 'lock'))).toBe(false);
    }
    const audit = createAudit({ directory });
    // Nothing had to be recovered, and what was left over is gone.
    expect(audit.status().size).toBe((await verifyJournal(directory)).checkpointed);
    expect(readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.draft'))).toEqual([]);
    await audit.close();
  });
});

const WORKER = `
  import { isMainThread, parentPort, Worker } from 'node:worker_threads';
  import { fileURLToPath } from 'node:url';
  import { createAudit } from '@org/instrument-audit/journal';
  const directory = process.env.DIRECTORY;
  if (isMainThread) {
    const worker = new Worker(fileURLToPath(import.meta.url));
    worker.once('message', async () => {
      try {
        createAudit({ directory });
      } catch (error) {
        console.log(error.code, error.message);
      }
      if (process.env.END === 'terminate') await worker.terminate();
      else {
        worker.postMessage('end');
        await new Promise((resolve) => worker.once('exit', resolve));
      }
      console.log('ended');
    });
    process.on('message', async () => {
      const audit = createAudit({ directory });
      audit.record({ action: 'numbers.main' });
      await audit.close();
      process.disconnect();
    });
  } else {
    const audit = createAudit({ directory });
    audit.record({ action: 'numbers.worker' });
    await audit.flush();
    audit.record({ action: 'numbers.worker' });
    parentPort.once('message', () => process.exit());
    parentPort.postMessage('open');
  }`;

describe('a journal of a worker thread', () => {
  it.for(['exit', 'terminate'])('is its own, and can be opened by others after %s', async (end, { lab }) => {
    const directory = join(lab.directory, 'journal');
    const app = lab.startApp({ source: WORKER, env: { DIRECTORY: directory, END: end } });
    await app.ready(() => app.stdout.includes('ended'), 'The worker');
    expect(app.stdout).toMatch(/INSTRUMENT_AUDIT_LOCKED [\s\S]*thread [1-9]/);
    if (end === 'terminate') {
      // A minute without a sign of life.
      const before = new Date(Date.now() - 61_000);
      utimesSync(join(directory, 'lock'), before, before);
    }
    app.child.send('open');
    expect(await app.end).toEqual({ code: 0, signal: null });
    const found = await verifyJournal(directory);
    expect(found).toMatchObject({ ok: true, failures: [] });
    expect(found.size).toBeGreaterThanOrEqual(end === 'exit' ? 3 : 2);
  });
});

const WITHOUT_DESCRIPTORS = `
  import { execFileSync } from 'node:child_process';
  import { closeSync, openSync } from 'node:fs';
  import { createAudit } from '@org/instrument-audit/journal';
  const audit = createAudit({ directory: process.env.DIRECTORY, segmentBytes: 4_096 });
  execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=200:200']);
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch {}
  const entries = Array.from({ length: 200 }, () => audit.record({ action: 'numbers.add' }));
  await audit.flush().catch((error) => console.log(error.message));
  for (const fd of taken) closeSync(fd);
  await Promise.all(entries.map(({ durable }) => durable));
  console.log(audit.status().state);
  await audit.close();`;

describe('a process without descriptors', () => {
  it('keeps what it records until it has some', async ({ lab }) => {
    const directory = join(lab.directory, 'journal');
    const app = lab.startApp({ source: WITHOUT_DESCRIPTORS, env: { DIRECTORY: directory } });
    expect(await app.end).toEqual({ code: 0, signal: null });
    expect(app.stdout).toMatch(/entries are not on disk: EMFILE[\s\S]*\nopen\n/);
    expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [], size: 200 });
  });
});
