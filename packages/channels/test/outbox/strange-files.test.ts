import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diag } from '@opentelemetry/api';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createChannels } from '../../src/create-channels.ts';
import { OpenConditions } from '../../src/notification/open-conditions.ts';
import { ConditionFile } from '../../src/outbox/condition-file.ts';
import { recordsIn } from '../../src/outbox/condition-lines.ts';
import { ConditionsElsewhere } from '../../src/outbox/conditions-elsewhere.ts';
import { slotsIn } from '../../src/outbox/slot.ts';
import { channelOf, createBus } from '../delivery/bus-bed.ts';
import { useChildren } from './child.ts';
import { openJournal, told } from './journal-bed.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const startChild = useChildren();
const scope = { service: 'shop', environment: undefined };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Everything that is told meanwhile. */
function listen(): readonly string[] {
  const said: string[] = [];
  const tell = (message: string): void => void said.push(message);
  const quiet = (): void => {};
  diag.setLogger(
    { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet },
    { suppressOverrideMessage: true },
  );
  onTestFinished(() => diag.disable());
  return said;
}

describe('a named pipe where a file of an outbox should be', () => {
  it.each([
    ['a segment', '0/test/0000000000000009.ndjson'],
    ['the conditions of its own slot', '0/conditions.ndjson'],
    ['the conditions of a slot that was left', '1/conditions.ndjson'],
    ['conditions that were left', 'conditions/9.ndjson'],
  ])('is told of, and keeps nobody waiting: %s', async (_, name) => {
    const directory = scratch();
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    execFileSync('mkfifo', [path]);
    const child = await startChild({ env: { DIRECTORY: directory } });
    await child.ask('open', true);
    await child.ask('emit', 3);
    expect(await child.ask('flush')).toBe(true);
    expect(await child.ask('delivered')).toEqual([1, 2, 3]);
    expect(await child.ask('condition', { severity: 'error', phase: 'triggered' })).toBe('error');
    await expect.poll(() => child.stderr).toContain('is no regular file, which an outbox does not use');
    await child.ask('close');
    // It is out of the way: the next one finds nothing of it.
    const next = await startChild({ env: { DIRECTORY: directory } });
    await next.ask('open', true);
    expect(await next.ask('flush')).toBe(true);
    await next.ask('close');
    expect(next.stderr).not.toContain('no regular file');
  });
});

describe('a link where a file of an outbox should be', () => {
  const victims = new Map<string, string>();
  afterEach(() => {
    for (const [path, content] of victims) expect(readFileSync(path, 'utf8')).toBe(content);
    victims.clear();
  });

  /** A file that must not change. */
  function victim(content: string): string {
    const path = join(scratch(), 'victim');
    writeFileSync(path, content);
    victims.set(path, content);
    return path;
  }

  it('is set aside where it is a segment, and nothing is cut off what it leads to', () => {
    const directory = scratch();
    const name = '0000000000000001.ndjson';
    symlinkSync(victim('{"crc":"'), join(directory, name));
    const { faults, journal, put } = openJournal(directory);
    expect(faults).toEqual([expect.stringContaining(`${name} is a link, which an outbox does not use`)]);
    put('a');
    journal.write();
    journal.abandon();
    expect(readdirSync(directory).sort()).toEqual([`${name}.unreadable`, '0000000000000002.ndjson'].sort());
    expect(told(openJournal(directory).found)).toEqual(['a 0']);
  });

  it('is not written with what was damaged, which stays where it is', () => {
    const directory = scratch();
    const said = listen();
    writeFileSync(join(directory, '0000000000000001.ndjson'), 'rubbish\n');
    symlinkSync(victim('precious\n'), join(directory, 'damaged'));
    expect(openJournal(directory).damaged).toBe(1);
    expect(openJournal(directory).damaged).toBe(1);
    expect(said.join()).toContain('damaged is a link');
  });

  it('is not written with the conditions of a process, whether they are written anew or added', async () => {
    const slot = scratch();
    const said = listen();
    const path = join(slot, 'conditions.ndjson');
    const conditions = new OpenConditions((key, condition) => file.note(key, condition));
    const file = new ConditionFile(conditions, scope);
    symlinkSync(victim('draft\n'), `${path}.draft`);
    file.open(slot);
    conditions.follow({ key: 'a', phase: 'triggered', severity: 'error', title: 'a' }, 1);
    await settled();
    expect(recordsIn(readFileSync(path, 'utf8')).size).toBe(1);
    rmSync(path);
    symlinkSync(victim('conditions\n'), path);
    conditions.follow({ key: 'b', phase: 'triggered', severity: 'error', title: 'b' }, 2);
    await settled();
    expect(said.join()).toContain('conditions.ndjson is a link');
    // What comes next takes its place.
    conditions.follow({ key: 'c', phase: 'triggered', severity: 'error', title: 'c' }, 3);
    await settled();
    expect(recordsIn(readFileSync(path, 'utf8')).size).toBe(3);
  });

  it('is no file of conditions that were left', async () => {
    const directory = scratch();
    const said = listen();
    const left = join(directory, 'conditions');
    mkdirSync(left);
    const line = `${JSON.stringify({ key: 'a', service: 'shop', worst: 'error', since: 5 })}\n`;
    symlinkSync(victim(line + line.replace('"a"', '"b"')), join(left, '1.ndjson'));
    writeFileSync(join(left, '2.ndjson'), line.replace('"a"', '"c"'));
    const seen = new ConditionsElsewhere(directory, scope, () => slotsIn(directory));
    expect(seen.keysLeft()).toEqual(['c']);
    seen.end('a');
    await settled();
    expect(said.join()).toContain('1.ndjson is a link');
    expect(readdirSync(left).sort()).toEqual(['1.ndjson.unreadable', '2.ndjson']);
  });

  it('is not added to where it has taken the place of a file', async () => {
    const directory = scratch();
    const left = join(directory, 'conditions');
    mkdirSync(left);
    const path = join(left, '1.ndjson');
    const lines = ['a', 'b'].map((key) => `${JSON.stringify({ key, service: 'shop', worst: 'error' })}\n`);
    writeFileSync(path, lines.join(''));
    const seen = new ConditionsElsewhere(directory, scope, () => slotsIn(directory));
    expect(seen.keysLeft()).toEqual(['a', 'b']);
    seen.end('a');
    // Before it is written down.
    rmSync(path);
    symlinkSync(victim(lines.join('')), path);
    await settled();
  });

  it('is no slot', async () => {
    const directory = scratch();
    const said = listen();
    const elsewhere = scratch();
    symlinkSync(elsewhere, join(directory, '0'));
    const { events, emit } = createBus();
    const a = channelOf('a');
    const channels = createChannels({ to: [a], events, directory });
    emit('job.done');
    expect(await channels.flush()).toBe(true);
    await channels.close();
    expect([a.got.length, readdirSync(elsewhere)]).toEqual([1, []]);
    expect(said.join()).toContain('0 is a link');
    rmSync(join(directory, '0'));
  });
});

describe('a directory that was there before', () => {
  async function saidOf(directory: string): Promise<readonly string[]> {
    const said = listen();
    const channels = createChannels({ to: [channelOf('a')], events: createBus().events, directory });
    await channels.ready;
    await channels.close();
    return said;
  }

  it('is told of, once, when all users can write it', async () => {
    const directory = scratch();
    chmodSync(directory, 0o777);
    expect(await saidOf(directory)).toEqual([
      expect.stringMatching(`can be written by all users \\(mode 0777\\).*: chmod 700 ${directory}$`),
    ]);
  });

  it.each([0o700, 0o750, 0o770, 0o775])('is as it should be with the mode %o', async (mode) => {
    const directory = scratch();
    chmodSync(directory, mode);
    expect(await saidOf(directory)).toEqual([]);
  });

  it('is for the user alone when it was made here', async () => {
    expect(await saidOf(join(scratch(), 'a', 'outbox'))).toEqual([]);
  });
});
