import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeadLetter } from '../../src/channels.ts';
import { createChannels } from '../../src/create-channels.ts';
import { DeadLetterFile } from '../../src/outbox/dead-letter-file.ts';
import { channelOf, createBus } from '../delivery/bus-bed.ts';
import { notificationOf } from '../delivery/lane-bed.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

function letterOf(id: string, text = ''): DeadLetter {
  return {
    channel: 'test',
    timestampMillis: 1,
    reason: 'attempts',
    attempts: 3,
    error: 'refused',
    notification: notificationOf(id, { text }),
  };
}

function createFile(maxBytes?: number) {
  const told = { faults: 0, lost: 0 };
  const file = new DeadLetterFile({
    onFault: () => void told.faults++,
    onLost: (letters) => {
      told.lost += letters;
    },
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  return { file, told };
}

function idsIn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as DeadLetter).notification.id);
}

it('a notification that alone is too much is in the file as soon as it is given up', async () => {
  const directory = scratch();
  const { events, emit } = createBus();
  const channel = channelOf('test', { settings: { queue: { maxBytes: 2_000 } } });
  const channels = createChannels({ to: [channel], events, directory });
  onTestFinished(() => channels.close(0));
  emit('order.failed', { pad: 'x'.repeat(3_000) });
  await undefined;
  const [letter] = readFileSync(join(directory, '0', 'dead-letters.ndjson'), 'utf8').split('\n');
  expect(JSON.parse(letter ?? '')).toMatchObject({ reason: 'overflow' });
  await channels.close(0);
  expect(readdirSync(join(directory, '0'))).toEqual(['dead-letters.ndjson']);
});

describe('the file of dead letters', () => {
  it('has one letter a line, for the user alone, those before it was opened first', () => {
    const directory = scratch();
    const { file } = createFile();
    file.add(letterOf('a'));
    file.open(directory);
    file.add(letterOf('b'));
    file.write();
    const path = join(directory, 'dead-letters.ndjson');
    expect(idsIn(path)).toEqual(['a', 'b']);
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '')).toEqual(letterOf('a'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is begun anew when it is full, and some older ones are kept', () => {
    const directory = scratch();
    const { file, told } = createFile(1_000);
    file.open(directory);
    for (let i = 0; i < 50; i++) {
      file.add(letterOf(String(i), 'x'.repeat(1_000)));
      file.write();
    }
    expect(readdirSync(directory).sort()).toEqual([
      'dead-letters.1.ndjson',
      'dead-letters.2.ndjson',
      'dead-letters.3.ndjson',
      'dead-letters.4.ndjson',
      'dead-letters.ndjson',
    ]);
    expect(idsIn(join(directory, 'dead-letters.ndjson'))).toEqual(['49']);
    expect(idsIn(join(directory, 'dead-letters.4.ndjson'))).toEqual(['45']);
    expect(told).toEqual({ faults: 0, lost: 0 });
  });

  it('is not written through a link, and has the letters as soon as that is gone', () => {
    const directory = scratch();
    const victim = join(scratch(), 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(directory, 'dead-letters.ndjson'));
    const { file, told } = createFile();
    file.open(directory);
    file.add(letterOf('a'));
    file.write();
    expect([told.faults, readFileSync(victim, 'utf8')]).toEqual([1, 'precious']);
    rmSync(join(directory, 'dead-letters.ndjson'));
    file.close();
    expect(idsIn(join(directory, 'dead-letters.ndjson'))).toEqual(['a']);
    expect(told).toEqual({ faults: 1, lost: 0 });
  });

  it('keeps some in memory while the disk takes none, and counts those that there is no room for', () => {
    const directory = join(scratch(), 'a');
    mkdirSync(directory);
    const { file, told } = createFile();
    file.open(directory);
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    for (let i = 0; i < 30; i++) file.add(letterOf(String(i), 'x'.repeat(100_000)));
    file.write();
    expect(told.faults).toBeGreaterThan(0);
    expect(told.lost).toBe(20);
    rmSync(directory);
    mkdirSync(directory);
    file.close();
    expect(idsIn(join(directory, 'dead-letters.ndjson'))).toEqual(
      Array.from({ length: 10 }, (_, i) => String(i + 20)),
    );
    expect(told.lost).toBe(20);
  });
});
