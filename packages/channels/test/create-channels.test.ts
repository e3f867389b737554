import { hostname } from 'node:os';
import { InstrumentError, meterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { ChannelsOptions } from '../src/index.ts';
import * as all from '../src/index.ts';
import { createChannels, DeliveryError } from '../src/index.ts';
import { channelOf, createBus } from './delivery/bus-bed.ts';

/** Paths of what is wrong with options. */
function problemsOf(options: unknown): readonly string[] {
  try {
    createChannels(options as ChannelsOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(InstrumentError);
    expect((error as InstrumentError).code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    return (error as InstrumentError).problems.map(({ path }) => path);
  }
  return [];
}

describe('setting channels up', () => {
  it('tells everything that is wrong at once', () => {
    const options = {
      to: [
        channelOf('a', { settings: { timeout: 'soon', minSeverity: 'fatal', retries: 3 } as never }),
        channelOf('a', { maxBatch: 0, close: 7 as never }),
        { name: '', deliver: 'no' },
        null,
        function slack() {},
      ],
      directory: '',
      events: {},
      early: 'none',
      source: { service: 'shop', pod: 'x' },
      closeTimeout: -1,
      retry: 3,
    };
    expect([...problemsOf(options)].sort()).toEqual(
      [
        'retry',
        'to[0].settings.retries',
        'to[0].settings.minSeverity',
        'to[0].settings.timeout',
        'to[1].name',
        'to[1].close',
        'to[1].maxBatch',
        'to[2].name',
        'to[2].deliver',
        'to[3]',
        'to[4]',
        'directory',
        'events',
        'early',
        'closeTimeout',
        'source.pod',
      ].sort(),
    );
  });

  it('says what to call the second of a name', () => {
    expect(() => createChannels({ to: [channelOf('slack'), channelOf('slack')] })).toThrow(
      "Give one of them a name of its own, such as name: 'slack-2'",
    );
  });

  it('takes a name that is undefined for none, as it does with every option', () => {
    const url = 'https://example.com/hook';
    const name = undefined;
    const channels = [
      all.consoleChannel({ name }),
      all.fileChannel({ name, path: 'events.ndjson' }),
      all.webhook({ name, url }),
      all.slack({ name, url }),
      all.teams({ name, url }),
      all.discord({ name, url }),
      all.pagerDuty({ name, routingKey: 'a'.repeat(32) }),
      all.email({ name, host: 'localhost', from: 'a@example.com', to: 'b@example.com' }),
      all.elastic({ name, url }),
      all.splunk({ name, url, token: 'abcdefgh' }),
    ];
    expect(channels.map((channel) => channel.name)).toEqual([
      'console',
      'file',
      'webhook',
      'slack',
      'teams',
      'discord',
      'pagerDuty',
      'email',
      'elastic',
      'splunk',
    ]);
  });

  it.each([undefined, null, {}, { to: [] }, { to: 'slack' }, { to: undefined }])(
    'needs channels: %j',
    (options) => {
      expect(problemsOf(options)).toContain('to');
    },
  );
});

describe('events', () => {
  it('that came before go first', async () => {
    const { events, emit } = createBus();
    const a = channelOf('a');
    const early = [1, 2].map((n) => ({ name: 'job.early', payload: { title: `early ${n}` } }) as never);
    const channels = createChannels({ to: [a], events, early });
    emit('job.done', { title: 'now' });
    await channels.flush();
    expect(a.got.map(({ title }) => title)).toEqual(['early 1', 'early 2', 'now']);
    await channels.close();
  });

  it('that no channel wants are not heard at all, so that nobody makes their payloads', async () => {
    const { events } = createBus();
    const channels = createChannels({
      to: [channelOf('a'), channelOf('b', { settings: { events: 'job.*' } })],
      events,
    });
    expect(
      ['performance.phase.start', 'job.done', 'other.thing'].map((name) => events.hears(name as never)),
    ).toEqual([false, true, true]);
    await channels.close();
    expect(events.hears('job.done' as never)).toBe(false);
  });

  it('come to every channel that wants them, as one notification', async () => {
    const { events, emit } = createBus();
    const [a, b] = [channelOf('a'), channelOf('b', { settings: { events: 'job.*', minSeverity: 'error' } })];
    const channels = createChannels({ to: [a, b], events });
    emit('job.failed', { name: 'nightly', severity: 'error', key: 'nightly', secret: 1n });
    emit('job.done', { severity: 'info' });
    emit('other.thing', { severity: 'critical' });
    expect(await channels.flush()).toBe(true);
    expect(a.got.map(({ event }) => event)).toEqual(['job.failed', 'job.done', 'other.thing']);
    expect(b.got).toEqual([a.got[0]]);
    expect(a.got[0]).toMatchObject({ severity: 'error', key: 'nightly', source: { host: hostname() } });
    await channels.close();
    emit('job.failed', { severity: 'error' });
    expect(a.got).toHaveLength(3);
  });

  it('have ids that differ, from those of other channels too', async () => {
    const { events, emit } = createBus();
    const to = [channelOf('a'), channelOf('b')] as const;
    const all = to.map((channel) => createChannels({ to: [channel], events }));
    for (let i = 0; i < 1_000; i++) emit('job.done');
    await Promise.all(all.map((channels) => channels.close()));
    const ids = to.flatMap(({ got }) => got.map(({ id }) => id));
    expect(new Set(ids).size).toBe(2_000);
    for (const id of ids) expect(id).toMatch(/^[\w-]{11}-[0-9a-z]{1,3}$/);
  });

  it('are rendered for each channel', async () => {
    const { events, emit } = createBus();
    const a = channelOf('a', { settings: { title: 'Job {{payload.name}}', text: () => 'text' } });
    const b = channelOf('b');
    const channels = createChannels({ to: [a, b], events, source: { service: 'shop' } });
    emit('job.failed', { name: 'nightly' });
    await channels.close();
    expect(a.got[0]).toMatchObject({ title: 'Job nightly', text: 'text', source: { service: 'shop' } });
    expect(b.got[0]?.title).not.toBe('Job nightly');
    expect(b.got[0]?.id).toBe(a.got[0]?.id);
  });

  it('of channels come to those that want them, and never to the channel they are about', async () => {
    const { events, emit } = createBus();
    const refuse = () => Promise.reject(new DeliveryError('no', { permanent: true }));
    const bad = channelOf('bad', { settings: { events: '*' }, deliver: refuse });
    const [own, none] = [channelOf('own', { settings: { events: ['channel.*'] } }), channelOf('none')];
    const channels = createChannels({ to: [bad, own, none], events });
    emit('job.failed');
    await expect
      .poll(() => own.got.map(({ event }) => event))
      .toEqual(['channel.delivery.failed', 'channel.notification.dead']);
    expect(own.got[0]?.payload).toMatchObject({ channel: 'bad', error: 'no', permanent: true });
    // What it says of itself would be refused, and said again.
    expect(channels.status()[0]).toMatchObject({ name: 'bad', dead: 1, waiting: 0 });
    await channels.close();
    expect(none.got.map(({ event }) => event)).toEqual(['job.failed']);
  });

  it('of two channels that fail and hear each other come to an end', async () => {
    const { events, emit } = createBus();
    const refuse = () => Promise.reject(new DeliveryError('no', { permanent: true }));
    const settings = { events: '*', queue: { maxNotifications: 3 } };
    const to = ['a', 'b'].map((name) => channelOf(name, { settings, deliver: refuse }));
    const channels = createChannels({ to, events });
    for (let i = 0; i < 10; i++) emit('job.failed');
    expect(await channels.flush()).toBe(true);
    await expect.poll(() => channels.status().every(({ waiting }) => waiting === 0)).toBe(true);
    await channels.close();
    expect(events.statistics().emitted).toBeLessThan(200);
  });

  it('that hold everything up do no harm', async () => {
    const { events, emit } = createBus();
    const a = channelOf('a', {
      settings: {
        filter: () => {
          throw new Error('no');
        },
      },
    });
    const channels = createChannels({ to: [a], events });
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    for (const payload of [undefined, null, 7, 'text', () => {}, hostile, [hostile]])
      emit('job.failed', payload);
    emit('channel.circuit.changed', hostile);
    expect(await channels.flush()).toBe(true);
    expect(a.got).toHaveLength(7);
    expect(events.statistics().failed).toBe(0);
    await channels.close();
  });
});

describe('metrics', () => {
  it('say what became of notifications, and how channels are', async () => {
    const { events, emit } = createBus();
    let isDown = true;
    const a = channelOf('of metrics', {
      maxBatch: 1,
      settings: { minSeverity: 'warning', retry: { initialDelay: 1 } },
      deliver: async ([first]) => {
        if (first?.payload.bad === true) throw new DeliveryError('no', { permanent: true });
        if (!isDown) return;
        isDown = false;
        throw new Error('down');
      },
    });
    const collector = meterProvider.addCollector();
    const channels = createChannels({ to: [a], events });
    emit('job.failed', { severity: 'error' });
    emit('job.done', { severity: 'info' });
    emit('job.failed', { severity: 'error', bad: true, key: 'bad' });
    await channels.flush();
    const { scopes } = await collector.collect();
    const points = new Map<string, unknown>();
    for (const { metrics } of scopes) {
      for (const metric of metrics) {
        for (const { attributes, value } of metric.points()) {
          const { channel, ...rest } = attributes;
          if (channel !== 'of metrics') continue;
          points.set([metric.descriptor.name, ...Object.values(rest)].join(' '), value);
        }
      }
    }
    expect(Object.fromEntries([...points].filter(([name]) => !name.includes('duration')))).toEqual({
      'instrument.channel.notifications delivered': 1,
      'instrument.channel.notifications dead': 1,
      'instrument.channel.notifications filtered': 1,
      'instrument.channel.dead_letters rejected': 1,
      'instrument.channel.attempts success': 1,
      'instrument.channel.attempts failure': 1,
      'instrument.channel.attempts rejected': 1,
      'instrument.channel.waiting': 0,
      'instrument.channel.oldest.age': 0,
      'instrument.channel.circuit closed': 1,
      'instrument.channel.circuit open': 0,
      'instrument.channel.circuit half-open': 0,
    });
    expect(points.get('instrument.channel.delivery.duration')).toMatchObject({ count: 3 });
    await channels.close();
  });
});
