import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { isLocked } from '@org/instrument-core/directory';
import { describe, expect, test } from 'vitest';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { useAudits } from '../opened-audits.ts';
import { crashCopy } from './crash-copy.ts';
import { segmentsOf } from './segments-of.ts';

const audits = useAudits();

const FIRST = 'segments/0000000000000000.jsonl';

/** A journal of several segments, the last of which is still open, as a killed process leaves it. */
async function killed(segments = 3): Promise<string> {
  const { audit, directory } = audits.open({ segmentBytes: 4_096 });
  for (let n = 0; n < 10_000 && (existsSync(directory) ? segmentsOf(directory).length : 0) < segments; n++) {
    audit.record({ action: 'orders.place', attributes: { n } });
    if (n % 10 === 9) await audit.checkpoint();
  }
  audit.record({ action: 'orders.place' });
  await audit.flush();
  return crashCopy(directory, audits.directory());
}

/** What stands in all segments, and what was cut off. */
function evidenceIn(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /segments|torn/.test(entry.parentPath),
  );
  return Object.fromEntries(
    names.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]),
  );
}

describe('a crash while a journal is being made', () => {
  const states: Record<string, (directory: string, whole: string) => void> = {
    'only its directory': (directory) => mkdirSync(directory, { recursive: true }),
    'the directory of segments': (directory) => mkdirSync(join(directory, 'segments'), { recursive: true }),
    'a key that is half written': (directory) => {
      mkdirSync(join(directory, 'segments'), { recursive: true });
      writeFileSync(join(directory, 'signing.key.tmp'), '-----BEGIN PRIV');
    },
    'a key that is not published': (directory, whole) => {
      mkdirSync(join(directory, 'segments'), { recursive: true });
      cpSync(join(whole, 'signing.key'), join(directory, 'signing.key'));
      writeFileSync(join(directory, 'key.pub.tmp'), 'instrument-audit/');
    },
    keys: (directory, whole) => {
      mkdirSync(join(directory, 'segments'), { recursive: true });
      for (const name of ['signing.key', 'key.pub']) cpSync(join(whole, name), join(directory, name));
    },
    'an empty segment, and no checkpoint': (directory, whole) => {
      mkdirSync(join(directory, 'segments'), { recursive: true });
      for (const name of ['signing.key', 'key.pub']) cpSync(join(whole, name), join(directory, name));
      writeFileSync(join(directory, FIRST), '');
      writeFileSync(join(directory, 'checkpoints'), '');
    },
    'a header': (directory, whole) => {
      mkdirSync(join(directory, 'segments'), { recursive: true });
      for (const name of ['signing.key', 'key.pub']) cpSync(join(whole, name), join(directory, name));
      const text = readFileSync(join(whole, FIRST), 'utf8');
      writeFileSync(join(directory, FIRST), text.slice(0, text.indexOf('\n') + 1));
    },
    'half a header': (directory, whole) => {
      mkdirSync(join(directory, 'segments'), { recursive: true });
      for (const name of ['signing.key', 'key.pub']) cpSync(join(whole, name), join(directory, name));
      writeFileSync(join(directory, FIRST), readFileSync(join(whole, FIRST)).subarray(0, 40));
    },
  };
  test.for(Object.keys(states))('leaves %s, with which it begins', async (state) => {
    const whole = await killed(1);
    const directory = audits.directory();
    states[state]?.(directory, whole);
    const { audit } = audits.open({ directory });
    audit.record({ action: 'orders.place' });
    await audit.close();
    expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [], notices: [] });
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    // Nothing was cut off where there was nothing.
    expect(existsSync(join(directory, 'torn'))).toBe(state === 'half a header');
  });
});

describe('a crash while one segment follows another', () => {
  test('leaves a seal that is not whole, and the segment is closed', async () => {
    const original = await killed();
    const { path, text } = segmentsOf(original).at(-2) as { path: string; text: string };
    const seal = text.lastIndexOf('{"seal"');
    for (const cut of [seal, seal + 1, seal + 20, text.length - 1, text.length]) {
      const directory = crashCopy(original, audits.directory());
      rmSync(join(directory, 'segments', segmentsOf(directory).at(-1)?.name as string));
      // What was signed of the last segment is not there, either: its entries were never on disk.
      rmSync(join(directory, 'checkpoints'));
      writeFileSync(join(directory, 'segments', basename(path)), text.slice(0, cut));
      const { audit } = audits.open({ directory });
      audit.record({ action: 'orders.place' });
      await audit.close();
      expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });
      expect(segmentsOf(directory).at(-2)?.text.slice(0, text.length)).toBe(text);
    }
  });

  test('leaves a next one without an entry, which is begun anew', async () => {
    for (const left of ['', '{"segm', undefined]) {
      const directory = await killed();
      const last = segmentsOf(directory).at(-1);
      rmSync(join(directory, 'checkpoints'));
      const header = last?.text.slice(0, last.text.indexOf('\n') + 1) as string;
      writeFileSync(last?.path as string, left ?? header);
      const { audit } = audits.open({ directory });
      audit.record({ action: 'orders.place' });
      await audit.close();
      expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });
      expect(segmentsOf(directory).at(-1)?.text.startsWith(header)).toBe(true);
    }
  });
});

describe('damage that no crash does', () => {
  const refused = expect.objectContaining({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });

  test('of two segments is not repaired: what is there is left as it is', async () => {
    const directory = await killed(4);
    const [before, last] = segmentsOf(directory).slice(-2);
    writeFileSync(last?.path as string, '');
    writeFileSync(before?.path as string, `x${before?.text}`);
    const evidence = evidenceIn(directory);
    expect(() => audits.open({ directory })).toThrow(refused);
    expect(() => audits.open({ directory })).toThrow(/damaged[\s\S]*segments\/0/);
    expect(evidenceIn(directory)).toEqual(evidence);
    expect(isLocked(directory)).toBe(false);
  });

  test('of the end of a segment that is not the last is not repaired, either', async () => {
    const directory = await killed(4);
    const [before, last] = segmentsOf(directory).slice(-2);
    writeFileSync(last?.path as string, '');
    writeFileSync(before?.path as string, String(before?.text).slice(0, -200));
    const evidence = evidenceIn(directory);
    expect(() => audits.open({ directory })).toThrow(refused);
    expect(evidenceIn(directory)).toEqual(evidence);
  });

  test('a journal of a newer version is not touched', async () => {
    const directory = await killed();
    for (const { path, text } of segmentsOf(directory)) {
      const [header, ...lines] = text.split('\n') as [string, ...string[]];
      const newer = JSON.stringify({
        segment: { ...JSON.parse(header).segment, version: 2, first: 'elsewhere' },
      });
      writeFileSync(path, [newer, ...lines].join('\n'));
    }
    const evidence = evidenceIn(directory);
    expect(() => audits.open({ directory })).toThrow(/another version[\s\S]*version 2/);
    expect(evidenceIn(directory)).toEqual(evidence);
  });

  test('a journal of which only hashes are left does not begin anew', async () => {
    const directory = await killed();
    for (const { path } of segmentsOf(directory)) renameSync(path, path.replace('.jsonl', '.hashes'));
    expect(() => audits.open({ directory })).toThrow(refused);
    expect(segmentsOf(directory)).toEqual([]);
  });
});

describe('what crashes have left over', () => {
  test('is removed, and what others are about to use is not', async () => {
    const directory = await killed();
    const draft = join(directory, 'segments', '0000000000000000.hashes.0123abcd.draft');
    writeFileSync(draft, 'x');
    const [old, young] = ['0123456789abcdef', 'fedcba9876543210'].map((token) =>
      join(directory, `lock.${token}`),
    );
    for (const path of [old, young]) appendFileSync(path as string, '{}');
    const before = new Date(Date.now() - 120_000);
    utimesSync(old as string, before, before);
    const { audit } = audits.open({ directory });
    expect(existsSync(draft)).toBe(false);
    expect(existsSync(old as string)).toBe(false);
    expect(existsSync(young as string)).toBe(true);
    expect(await audit.verify()).toMatchObject({ failures: [] });
  });
});
