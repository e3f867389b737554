import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEntry } from '@org/instrument-audit';
import { createAudit } from '@org/instrument-audit/journal';
import { describe, expect } from 'vitest';
import { it, type Lab } from '../harness/lab.ts';

/** How often the process is killed; each time at another moment of its work. */
const KILLS = 25;

/**
 * Works without a pause, in both kinds of functions. What a function does is a line in a file, so that it is known which
 * ones had begun; what was acknowledged is told on standard output.
 */
const SOURCE = `
  import { appendFileSync, writeSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { audited } from '@org/instrument-audit';
  import { createAudit } from '@org/instrument-audit/journal';

  const { DIRECTORY, EFFECTS, FROM } = process.env;
  const audit = createAudit({ directory: DIRECTORY, segmentBytes: 20_000, checkpointInterval: 20 });
  let n = Number(FROM);
  const work = (id) => appendFileSync(EFFECTS, id + '\\n');
  const options = { audit, attributes: ([id]) => ({ id }) };
  const sync = audited('numbers.sync', (id) => work(id), options);
  const async = audited('numbers.async', async (id) => {
    work(id);
    await sleep(id % 3);
    if (id % 7 === 0) throw new Error('refused');
  }, options);
  writeSync(1, 'open\\n');
  for (;;) {
    sync(n++);
    const running = [async(n++), async(n++), async(n++)];
    const entry = audit.record({ action: 'numbers.record', attributes: { id: n++ } });
    const id = n - 1;
    entry.durable.then(() => writeSync(1, 'durable ' + id + '\\n'));
    await Promise.allSettled(running);
  }`;

async function entriesOf(entries: AsyncIterable<AuditEntry>): Promise<AuditEntry[]> {
  const all: AuditEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

function idOf({ attributes }: AuditEntry): unknown {
  return attributes?.id;
}

async function workAndKill(lab: Lab, directory: string, effects: string, round: number): Promise<string> {
  const env = { DIRECTORY: directory, EFFECTS: effects, FROM: String(round * 1_000_000) };
  const app = lab.startApp({ source: SOURCE, env });
  await app.ready(() => app.stdout.includes('open'), 'The application');
  // Each time a little later, and never at the same point of its work.
  await new Promise((resolve) => setTimeout(resolve, 20 + round * 7));
  app.child.kill('SIGKILL');
  await app.end;
  return app.stdout;
}

describe('a process that is killed at any moment', () => {
  it('has put on record everything that it did, and loses nothing that it was told is safe', async ({
    lab,
  }) => {
    const directory = join(lab.directory, 'journal');
    const effects = join(lab.directory, 'effects');
    const acknowledged: number[] = [];
    let interrupted = 0;
    for (let round = 0; round < KILLS; round++) {
      const stdout = await workAndKill(lab, directory, effects, round);
      for (const match of stdout.matchAll(/^durable (\d+)$/gm)) acknowledged.push(Number(match[1]));

      const audit = createAudit({ directory });
      const entries = await entriesOf(audit.query());
      const verification = await audit.verify();
      await audit.close();
      expect(verification.failures).toEqual([]);
      expect(entries.map(({ index }) => index)).toEqual(entries.map((_, i) => i));

      const done = readFileSync(effects, 'utf8').trimEnd().split('\n').map(Number);
      const started = new Set(entries.filter(({ phase }) => phase === 'started').map(idOf));
      expect(done.filter((id) => !started.has(id))).toEqual([]);
      const recorded = new Set(entries.filter(({ phase }) => phase === undefined).map(idOf));
      expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);

      // Whatever has started has ended by now: as it did, or unknown.
      const ends = entries.filter(({ phase }) => phase === 'ended');
      const endOf = new Map(ends.map((entry) => [entry.started, entry]));
      expect(endOf.size).toBe(ends.length);
      for (const { index, action } of entries.filter(({ phase }) => phase === 'started')) {
        expect(endOf.get(index)?.action).toBe(action);
      }
      interrupted = ends.filter(({ outcome }) => outcome === 'unknown').length;
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    expect(interrupted).toBeGreaterThan(KILLS / 2);
  }, 300_000);
});
