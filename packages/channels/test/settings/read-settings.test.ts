import { OptionReader } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { CHANNEL_SETTINGS, readSettings, settingsProblems } from '../../src/settings/read-settings.ts';
import type { ChannelSettings } from '../../src/settings.ts';

const paths = (settings: unknown) => settingsProblems(settings, 'to[0].settings.').map(({ path }) => path);

describe('settings', () => {
  it('that are right are taken as they are, over the defaults of the kind', () => {
    const filter = () => true;
    const given: ChannelSettings & { url: string } = {
      url: 'x',
      events: 'alert.*',
      minSeverity: 'error',
      filter,
      title: '{{title}}',
      text: () => 'x',
      timeout: '5s',
      deadline: '30d',
      retry: { initialDelay: 100, maxDelay: '1m', maxAttempts: 3 },
      rateLimit: { count: 1, per: '1s' },
      circuitBreaker: false,
      queue: { maxNotifications: 10, maxBytes: 1_000 },
      batchDelay: 0,
      batchSize: 5,
    };
    const read = new OptionReader(given, [...CHANNEL_SETTINGS, 'url']);
    const { url: _, ...expected } = given;
    expect(readSettings(read, { minSeverity: 'warning', timeout: '1s' })).toEqual({
      ...expected,
      events: ['alert.*'],
    });
    expect(read.problems).toEqual([]);
  });

  it('whose templates begin with no field of a notification are told, with what was meant', () => {
    const problems = settingsProblems({ title: '{{titel}} in {{region}}', text: '{{payload.titel}}' }, '');
    expect(problems.map(({ path, found, fix }) => [path, found, fix])).toEqual([
      ['title', '"{{titel}}"', 'Did you mean title?'],
      ['title', '"{{region}}"', 'What the event itself said is in payload: {{payload.region}}.'],
    ]);
  });

  it('that are left out take the defaults', () => {
    const read = new OptionReader<ChannelSettings>({ timeout: '2s' }, CHANNEL_SETTINGS);
    expect(readSettings(read, { events: ['*'], timeout: '1s' })).toEqual({ events: ['*'], timeout: '2s' });
  });

  it.each([
    [{ events: [] }, ['events']],
    [{ events: 7 }, ['events']],
    [
      { events: ['ok', 'a*b', '', '!', 3, 'a b'] },
      ['events[1]', 'events[2]', 'events[3]', 'events[4]', 'events[5]'],
    ],
    [{ events: ['!performance.*'] }, ['events[0]']],
    [{ events: '!x' }, ['events']],
    [{ minSeverity: 'fatal' }, ['minSeverity']],
    [{ filter: 'x' }, ['filter']],
    [{ title: '{{a', text: 7 }, ['title', 'text']],
    [{ timeout: 0 }, ['timeout']],
    [{ timeout: '30d', deadline: '30d' }, ['timeout']],
    [
      { retry: { initialDelay: '1m', maxDelay: '1s', maxAttempts: 0, times: 3 } },
      ['retry.times', 'retry.maxAttempts', 'retry.initialDelay'],
    ],
    [{ retry: 3, queue: [] }, ['retry', 'queue']],
    [{ rateLimit: { count: 0.5 } }, ['rateLimit.per', 'rateLimit.count']],
    [{ rateLimit: true }, ['rateLimit']],
    [{ circuitBreaker: { failures: 0, pause: 0 } }, ['circuitBreaker.failures', 'circuitBreaker.pause']],
    [{ queue: { maxNotifications: 0, maxBytes: -1 } }, ['queue.maxNotifications', 'queue.maxBytes']],
    [{ batchDelay: -1, batchSize: 0 }, ['batchDelay', 'batchSize']],
    [{ minSeverty: 'error' }, ['minSeverty']],
  ])('%j is refused at %j', (settings, expected) => {
    expect(paths(settings)).toEqual(expected.map((path) => `to[0].settings.${path}`));
  });

  it.each([null, 7, 'x', []])('that are %j are none', (settings) => {
    expect(paths(settings)).toEqual(['to[0].settings']);
  });

  it('that are left out altogether are right', () => {
    expect(settingsProblems(undefined, 'x.')).toEqual([]);
    expect(settingsProblems({}, 'x.')).toEqual([]);
  });

  it('do not change with the list that the user has', () => {
    const events = ['alert.*'];
    const read = new OptionReader<ChannelSettings>({ events }, CHANNEL_SETTINGS);
    const settings = readSettings(read);
    events.push('*');
    expect(settings.events).toEqual(['alert.*']);
  });
});
