import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChannels } from '../../src/create-channels.ts';
import { OpenConditions } from '../../src/notification/open-conditions.ts';
import type { Notification } from '../../src/notification.ts';
import { ConditionFile } from '../../src/outbox/condition-file.ts';
import { recordsIn } from '../../src/outbox/condition-lines.ts';
import { channelOf, createBus } from '../delivery/bus-bed.ts';
import { useChildren } from './child.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const startChild = useChildren();

/** Channels of a process, and what one for people hears. */
function start(directory: string): {
  emit: (name: string, payload: object) => void;
  heard: () => string[];
  close: () => Promise<void>;
} {
  const { events, emit } = createBus();
  const people = channelOf('people', { settings: { minSeverity: 'warning' } });
  const channels = createChannels({ to: [people], events, directory });
  onTestFinished(() => channels.close());
  return {
    emit,
    heard: () => people.got.map(({ severity, phase, key }: Notification) => `${severity} ${phase} ${key}`),
    close: () => channels.close(),
  };
}

const sick = { check: 'database', from: 'unknown', to: 'unhealthy' };
const well = { check: 'database', from: 'unknown', to: 'healthy' };

const SCOPE = { service: 'shop', environment: 'test' };

/** Conditions of a process, kept in the file of a slot. */
function openFile(slot: string): OpenConditions {
  const conditions = new OpenConditions((key, worst) => file.note(key, worst));
  const file = new ConditionFile(conditions, SCOPE);
  file.open(slot);
  return conditions;
}

function textOf(slot: string): string {
  return readFileSync(join(slot, 'conditions.ndjson'), 'utf8');
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a condition that outlives its process', () => {
  it('has an end for everybody who has heard of it', async () => {
    const directory = join(scratch(), 'outbox');
    const first = start(directory);
    first.emit('health.status.changed', sick);
    await first.close();
    expect(first.heard()).toEqual(['error triggered health/database']);
    const second = start(directory);
    second.emit('health.status.changed', well);
    second.emit('health.status.changed', well);
    await second.close();
    expect(second.heard()).toEqual(['error resolved health/database']);
    expect(readdirSync(join(directory, '0'))).toEqual([]);
  });

  it('is remembered at its worst, however the process ends', async () => {
    const directory = join(scratch(), 'outbox');
    const child = await startChild({ env: { DIRECTORY: directory } });
    await child.ask('open', true);
    await child.ask('condition', { severity: 'critical', phase: 'triggered' });
    await child.ask('condition', { severity: 'info', phase: 'triggered' });
    await child.kill();
    const next = await startChild({ env: { DIRECTORY: directory } });
    await next.ask('open', true);
    expect(await next.ask('condition', { severity: 'info', phase: 'resolved' })).toBe('critical');
    await next.kill();
    const last = await startChild({ env: { DIRECTORY: directory } });
    await last.ask('open', true);
    expect(await last.ask('condition', { severity: 'info', phase: 'resolved' })).toBe('info');
  });
});

describe('a condition that an earlier process has told of', () => {
  it('is said to be over, and how long it lasted', async () => {
    const directory = join(scratch(), 'outbox');
    const first = start(directory);
    first.emit('health.status.changed', { ...sick, timestampMillis: 1_700_000_000_000 });
    await first.close();
    const { events, emit } = createBus();
    const people = channelOf('people');
    const channels = createChannels({ to: [people], events, directory });
    emit('health.status.changed', { ...well, timestampMillis: 1_700_000_720_000 });
    emit('health.status.changed', { ...well, timestampMillis: 1_700_000_730_000 });
    await channels.close();
    expect(people.got.map(({ phase, title }) => [phase, title])).toEqual([
      ['resolved', 'database is healthy again, after 12 min'],
      ['occurred', 'database is healthy'],
    ]);
  });
});

describe('the file of conditions', () => {
  it('is bounded by what is open, however much has been', async () => {
    const slot = scratch();
    const conditions = openFile(slot);
    const say = (key: string, phase: 'triggered' | 'resolved'): void =>
      void conditions.follow({ key, phase, severity: 'error', title: key }, 1);
    say('stays', 'triggered');
    for (let i = 0; i < 3_000; i++) {
      say(`passes ${i}`, 'triggered');
      say(`passes ${i}`, 'resolved');
      if (i % 100 === 0) await settled();
    }
    await settled();
    expect(textOf(slot).split('\n').length).toBeLessThan(1_200);
    expect([...recordsIn(textOf(slot)).values()]).toEqual([
      { key: 'stays', ...SCOPE, worst: 'error', sinceMillis: 1 },
    ]);
    say('stays', 'resolved');
    await settled();
    expect(readdirSync(slot)).toEqual([]);
  });

  it('is read as far as it can be', () => {
    const lines = [
      '{"key":"a","worst":"error"}',
      'null',
      '{"key":7}',
      '{"key":"b","worst":"awful"}',
      '{"key":"a","service":"shop","worst":"info","since":7}',
      '{"key":"c","wor',
    ];
    expect([...recordsIn(lines.join('\n')).values()]).toEqual([
      { key: 'a', service: undefined, environment: undefined, worst: 'error', sinceMillis: undefined },
      { key: 'a', service: 'shop', environment: undefined, worst: 'info', sinceMillis: 7 },
    ]);
  });

  it('is whole again after the disk has failed', async () => {
    const slot = join(scratch(), 'slot');
    mkdirSync(slot);
    const conditions = openFile(slot);
    const say = (key: string): void =>
      void conditions.follow({ key, phase: 'triggered', severity: 'error', title: key }, 1);
    say('a');
    await settled();
    rmSync(slot, { recursive: true });
    say('b');
    await settled();
    expect(existsSync(slot)).toBe(false);
    mkdirSync(slot);
    // What another has left there is of no account.
    appendFileSync(join(slot, 'conditions.ndjson'), 'rubbish');
    say('c');
    await settled();
    expect([...recordsIn(textOf(slot)).values()].map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });
});
