import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryError } from '../../src/delivery-error.ts';
import { fileChannel } from '../../src/file/file-channel.ts';
import { RotatingFile } from '../../src/file/rotating-file.ts';
import type { Notification } from '../../src/notification.ts';
import { FOR_LOGS } from '../../src/selection/selection.ts';
import { CALM, notification } from '../support/notifications.ts';
import { bundle } from '../support/programs.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'channels-file-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (): string => join(directory, 'events.ndjson');
const names = (): string[] => readdirSync(directory).sort();
const contentOf = (name: string): string => {
  const bytes = readFileSync(join(directory, name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
};
const idsIn = (...texts: string[]): string[] =>
  texts.flatMap((text) => text.split('\n').slice(0, -1)).map((line) => (JSON.parse(line) as Notification).id);
const everything = (): string[] => idsIn(...names().map(contentOf));

describe('a line', () => {
  it('is the notification, behind its time, and the file is for nobody else', async () => {
    const channel = fileChannel({ path: join(directory, 'deep/er/events.ndjson') });
    const one = notification({ title: 'a\u2028b\u009b2J' });
    await channel.deliver([one], CALM);
    await channel.close?.();
    const path = join(directory, 'deep/er/events.ndjson');
    const text = readFileSync(path, 'utf8');
    expect(text.split('\n').length).toBe(2);
    expect(text).toContain('a\\u2028b\\u009b2J');
    expect(JSON.parse(text)).toEqual({ timestamp: '2024-02-29T12:34:56.789Z', ...one });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('stands by itself behind one that a crash has cut', async () => {
    writeFileSync(file(), '{"id":"whole"}\n{"id":"cu');
    const channel = fileChannel({ path: file() });
    await channel.deliver([notification({ id: 'a' })], CALM);
    await channel.deliver([notification({ id: 'b' })], CALM);
    await channel.close?.();
    const lines = readFileSync(file(), 'utf8').split('\n');
    expect(lines.slice(0, 2)).toEqual(['{"id":"whole"}', '{"id":"cu']);
    expect(idsIn(lines.slice(2).join('\n'))).toEqual(['a', 'b']);
  });
});

describe('rotation', () => {
  it('by size keeps so many files, and loses no line of them', async () => {
    const channel = fileChannel({ path: file(), maxBytes: 2_000, maxFiles: 3 });
    const all = Array.from({ length: 40 }, () => notification());
    for (const one of all) await channel.deliver([one], CALM);
    await channel.close?.();
    expect(names().length).toBe(4);
    for (const name of names()) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(2_000);
    const [current, ...rotated] = names();
    expect(current).toBe('events.ndjson');
    const kept = idsIn(...rotated.map(contentOf), contentOf('events.ndjson'));
    expect(kept).toEqual(all.slice(-kept.length).map(({ id }) => id));
    expect(kept.length).toBeGreaterThan(8);
  });

  it('by size divides a batch', async () => {
    const channel = fileChannel({ path: file(), maxBytes: 2_000 });
    const all = Array.from({ length: 30 }, () => notification());
    await channel.deliver([notification(), ...all], CALM);
    await channel.close?.();
    expect(names().length).toBeGreaterThan(3);
    for (const name of names()) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(2_000);
    expect(everything()).toHaveLength(31);
  });

  it('by size puts a line that is larger into a file of its own', async () => {
    const channel = fileChannel({ path: file(), maxBytes: 100 });
    for (const id of ['a', 'b']) await channel.deliver([notification({ id })], CALM);
    await channel.close?.();
    expect(names().length).toBe(2);
    expect(everything().sort()).toEqual(['a', 'b']);
  });

  it('by age begins anew with the first line that comes when a file is too old', async () => {
    let now = Date.now();
    const rotation = {
      path: file(),
      maxBytes: undefined,
      maxAgeMillis: 60_000,
      maxFiles: 5,
      compress: false,
      sync: true,
    };
    const rotating = new RotatingFile(rotation, () => now);
    const line = (text: string) => [Buffer.from(`${text}\n`)];
    await rotating.append(line('first'));
    now += 50_000;
    await rotating.append(line('second'));
    now += 20_000;
    await rotating.append(line('third'));
    await rotating.close();
    expect(readFileSync(file(), 'utf8')).toBe('third\n');
    const stamp = new Date(now).toISOString().replace(/[-:.]/g, '');
    expect(names()).toEqual(['events.ndjson', `events.ndjson.${stamp}`]);
    expect(contentOf(`events.ndjson.${stamp}`)).toBe('first\nsecond\n');
  });

  it('keeps the newest files, whatever the clock is set to', async () => {
    let now = Date.now() + 3_600_000;
    const rotation = {
      path: file(),
      maxBytes: 20,
      maxAgeMillis: undefined,
      maxFiles: 2,
      compress: true,
      sync: false,
    };
    const append = async (from: number, to: number): Promise<void> => {
      const rotating = new RotatingFile(rotation, () => now);
      for (let n = from; n <= to; n++) await rotating.append([Buffer.from(`this is line ${n}\n`)]);
      await rotating.close();
    };
    // No time at all, though it looks like one.
    writeFileSync(`${file()}.20209999T999999999Z`, '');
    await append(1, 4);
    now -= 3_600_000;
    await append(5, 8);
    expect(names().length).toBe(3);
    const [current, ...rotated] = names();
    expect([...rotated, current ?? ''].map(contentOf).join('')).toBe(
      'this is line 6\nthis is line 7\nthis is line 8\n',
    );
  });

  it('can compress what it rotates, and removes what others left of that', async () => {
    const left = join(directory, 'events.ndjson.20200101T000000000Z.gz.draft');
    writeFileSync(left, 'half');
    utimesSync(left, 1, 1);
    const channel = fileChannel({ path: file(), maxBytes: 2_000, maxFiles: 100, compress: true });
    const all = Array.from({ length: 20 }, () => notification());
    for (const one of all) await channel.deliver([one], CALM);
    await channel.close?.();
    const [, ...rotated] = names();
    expect(rotated.length).toBeGreaterThan(2);
    for (const name of rotated) expect(name).toMatch(/^events\.ndjson\.\d{8}T\d{9}Z\.gz$/);
    for (const name of rotated) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(idsIn(...rotated.map(contentOf), contentOf('events.ndjson'))).toEqual(all.map(({ id }) => id));
  });

  it('leaves files alone that only look alike', async () => {
    const others = [
      'events.ndjson.old',
      'events.ndjson.20200101',
      'events.ndjson2.20200101T000000000Z',
      'other',
    ];
    for (const name of others) writeFileSync(join(directory, name), '');
    const channel = fileChannel({ path: file(), maxBytes: 100, maxFiles: 1 });
    for (let i = 0; i < 5; i++) await channel.deliver([notification()], CALM);
    await channel.close?.();
    expect(names()).toEqual(expect.arrayContaining(others));
    expect(names().length).toBe(others.length + 2);
  });

  it('by others is followed: a file that was moved or removed is begun anew', async () => {
    const channel = fileChannel({ path: file() });
    await channel.deliver([notification({ id: 'a' })], CALM);
    renameSync(file(), join(directory, 'moved'));
    await channel.deliver([notification({ id: 'b' })], CALM);
    rmSync(file());
    await channel.deliver([notification({ id: 'c' })], CALM);
    await channel.close?.();
    expect([idsIn(contentOf('moved')), idsIn(contentOf('events.ndjson'))]).toEqual([['a'], ['c']]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'that a directory forbids does not keep lines from the file',
    async () => {
      const inner = join(directory, 'inner');
      mkdirSync(inner);
      const path = join(inner, 'events.ndjson');
      const channel = fileChannel({ path, maxBytes: 100 });
      await channel.deliver([notification({ id: 'a' })], CALM);
      chmodSync(inner, 0o500);
      await channel.deliver([notification({ id: 'b' })], CALM);
      await channel.close?.();
      chmodSync(inner, 0o700);
      expect(idsIn(readFileSync(path, 'utf8'))).toEqual(['a', 'b']);
    },
  );
});

describe('several processes', () => {
  it('write to one file, rotate and compress it, and no line is torn or lost', async () => {
    const programs = await bundle();
    const one = JSON.stringify(notification({ text: 'x'.repeat(2_000) }));
    const run = (who: string) =>
      programs.run(`
        const channel = fileChannel({ path: ${JSON.stringify(file())}, maxBytes: 60_000, maxFiles: 1_000, compress: true });
        const one = ${one};
        for (let i = 0; i < 100; i++) {
          const batch = Array.from({ length: 3 }, (_, j) => ({ ...one, id: '${who}-' + (3 * i + j) }));
          const rejections = await channel.deliver(batch, { signal: new AbortController().signal, attempt: 1 });
          if (rejections.length > 0) throw rejections[0].error;
        }
        await channel.close();
      `);
    const ends = await Promise.all([run('a'), run('b'), run('c')]);
    for (const end of ends) expect(end).toMatchObject({ code: 0, stderr: '' });
    const ids = everything();
    const expected = ['a', 'b', 'c'].flatMap((who) => Array.from({ length: 300 }, (_, i) => `${who}-${i}`));
    // What was written into a file that another process removed at that moment is written again.
    expect([...new Set(ids)].sort()).toEqual(expected.sort());
    expect(ids.length - expected.length).toBeLessThan(10);
    expect(names().filter((name) => /rotating|draft/.test(name))).toEqual([]);
  });
});

describe('a disk that is full', () => {
  it('takes no half line, and what it did not take can be tried again', async () => {
    const programs = await bundle();
    const one = JSON.stringify(notification({ text: 'x'.repeat(1_000) }));
    // A file may have 8 KiB: the write that would go beyond is done in part, the next one not at all (setrlimit, EFBIG).
    const { code, stdout, stderr } = await programs.run(
      `
        const channel = fileChannel({ path: ${JSON.stringify(file())} });
        const context = { signal: new AbortController().signal, attempt: 1 };
        const batch = Array.from({ length: 10 }, (_, i) => ({ ...${one}, id: 'n-' + i }));
        const told = [];
        const rejections = await channel.deliver(batch, context);
        told.push(rejections.map(({ id, error }) => [id, error.permanent]));
        try {
          await channel.deliver(batch.slice(-1), context);
        } catch (error) {
          told.push([error.name, error.permanent, error.message]);
        }
        await channel.close();
        console.log(JSON.stringify(told));
      `,
      { fileBlocks: 8 },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [rejected, failure] = JSON.parse(stdout) as [[string, boolean][], [string, boolean, string]];
    const ids = everything();
    expect(ids.length).toBeGreaterThan(2);
    expect([...ids, ...rejected.map(([id]) => id)]).toEqual(Array.from({ length: 10 }, (_, i) => `n-${i}`));
    expect(rejected.every(([, permanent]) => !permanent)).toBe(true);
    expect(failure).toEqual([
      'DeliveryError',
      false,
      expect.stringContaining(`The file ${file()} cannot be written:`),
    ]);
    expect(contentOf('events.ndjson').endsWith('\n')).toBe(true);
    const channel = fileChannel({ path: file() });
    await channel.deliver([notification({ id: 'later' })], CALM);
    await channel.close?.();
    expect(everything()).toEqual([...ids, 'later']);
  });

  it('is a failure that passes', async () => {
    const path = join(directory, 'full');
    symlinkSync('/dev/full', path);
    const channel = fileChannel({ path });
    const failure = await channel.deliver([notification()], CALM).then(
      () => undefined,
      (error: DeliveryError) => error,
    );
    expect(failure).toMatchObject({ permanent: false, message: expect.stringContaining('ENOSPC') });
    await channel.close?.();
  });
});

describe('what is no regular file', () => {
  const failureOf = (delivery: unknown): Promise<DeliveryError | undefined> =>
    Promise.resolve(delivery).then(
      () => undefined,
      (error: DeliveryError) => error,
    );

  it('is written, and what it took is not rotated: a device that a link leads to', async () => {
    symlinkSync('/dev/null', file());
    const channel = fileChannel({ path: file(), maxBytes: 100, sync: true });
    expect(await channel.deliver([notification(), notification()], CALM)).toEqual([]);
    await channel.close?.();
    expect(names()).toEqual(['events.ndjson']);
  });

  it('is written as fast as it is read, every line whole: a pipe', async () => {
    execFileSync('mkfifo', [file()]);
    const reader = spawn('bash', ['-c', 'cat "$1" > "$2"', 'bash', file(), join(directory, 'read')]);
    const channel = fileChannel({ path: file() });
    const all = Array.from({ length: 300 }, (_, i) =>
      notification({ id: `n-${i}`, text: 'x'.repeat(2_000) }),
    );
    // Until the reader is there.
    await expect
      .poll(() => failureOf(channel.deliver([notification({ id: 'first' })], CALM)))
      .toBe(undefined);
    expect(await channel.deliver(all, CALM)).toEqual([]);
    const closed = once(reader, 'close');
    await channel.close?.();
    await closed;
    expect(idsIn(contentOf('read'))).toEqual(['first', ...all.map(({ id }) => id)]);
  });

  it('is the standard output of a process', async () => {
    const programs = await bundle();
    const one = JSON.stringify(notification({ id: 'a', text: 'x'.repeat(100_000) }));
    const end = await programs.run(
      `
        const channel = fileChannel({ path: '/dev/stdout' });
        await channel.deliver([${one}], { signal: new AbortController().signal, attempt: 1 });
        await channel.close();
      `,
      { by: (command) => ['bash', '-c', '"$@" | cat', 'bash', ...command] },
    );
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(idsIn(end.stdout)).toEqual(['a']);
  });

  it('takes nothing while nobody reads it, and keeps no process from ending: a pipe', async () => {
    execFileSync('mkfifo', [file()]);
    const programs = await bundle();
    const { code, stdout } = await programs.run(`
      const channel = fileChannel({ path: ${JSON.stringify(file())} });
      const context = { signal: new AbortController().signal, attempt: 1 };
      await channel.deliver([${JSON.stringify(notification())}], context).catch((error) => console.log(error.message));
      process.exit(7);
    `);
    expect(code).toBe(7);
    expect(stdout).toContain(`The file ${file()} cannot be written: it is a pipe that nobody reads`);
  });

  it('is given what it took no more of again, on a line of its own: a pipe whose reader stops', async () => {
    execFileSync('mkfifo', [file()]);
    const reader = spawn('bash', [
      '-c',
      'exec 3< "$1"; echo; read; cat <&3 > "$2"',
      'bash',
      file(),
      join(directory, 'read'),
    ]);
    const opened = once(reader.stdout, 'data');
    const channel = fileChannel({ path: file() });
    const all = Array.from({ length: 50 }, (_, i) => notification({ id: `n-${i}`, text: 'x'.repeat(3_000) }));
    await expect
      .poll(() => failureOf(channel.deliver([notification({ id: 'first' })], CALM)))
      .toBe(undefined);
    await opened;
    const rejections = (await channel.deliver(all, CALM)) ?? [];
    expect(rejections.length).toBeGreaterThan(10);
    expect(rejections.every(({ error }) => !error.permanent)).toBe(true);
    expect(await failureOf(channel.deliver(all.slice(-1), CALM))).toMatchObject({
      permanent: false,
      message: expect.stringContaining('nobody empties the pipe'),
    });
    const closed = once(reader, 'close');
    reader.stdin.write('\n');
    const again = all.slice(-rejections.length);
    await expect.poll(() => failureOf(channel.deliver(again, CALM))).toBe(undefined);
    await channel.close?.();
    await closed;
    const lines = contentOf('read')
      .split('\n')
      .filter((line) => line.endsWith('}'));
    expect(idsIn(`${lines.join('\n')}\n`)).toEqual(['first', ...all.map(({ id }) => id)]);
  });

  it('is left as it is where a rotated file should be, and keeps nobody waiting', async () => {
    const left = 'events.ndjson.20200101T000000000Z';
    execFileSync('mkfifo', [join(directory, left)]);
    const programs = await bundle();
    const end = await programs.run(`
      const channel = fileChannel({ path: ${JSON.stringify(file())}, maxBytes: 100, compress: true });
      const context = { signal: new AbortController().signal, attempt: 1 };
      for (let i = 0; i < 3; i++) await channel.deliver([${JSON.stringify(notification())}], context);
      await channel.close();
      process.exit(7);
    `);
    expect(end).toMatchObject({ code: 7, stderr: '' });
    const [, first, ...rotated] = names();
    expect(first).toBe(left);
    expect(rotated).toHaveLength(2);
    for (const name of rotated) expect(name).toMatch(/Z\.gz$/);
  });
});

describe('options', () => {
  it('that are wrong are told all at once', () => {
    const wrong = {
      maxBytes: 0,
      maxAge: 'soon',
      maxFiles: 0.5,
      compress: 1,
      sync: 'x',
      minSeverity: 'bad',
      pth: 'x',
    };
    expect(() => fileChannel(wrong as never)).toThrow(
      /pth.*maxAge.*path.*maxBytes.*maxFiles.*compress.*sync.*minSeverity/s,
    );
  });

  it('have a name, a batch and the events of logs', () => {
    expect(fileChannel({ path: 'x' })).toMatchObject({ name: 'file', maxBatch: 500, settings: FOR_LOGS });
    expect(fileChannel({ path: 'x', name: 'own', events: 'alert.*' })).toMatchObject({
      name: 'own',
      settings: { events: ['alert.*'] },
    });
  });
});
