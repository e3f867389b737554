import { EventBus, MeterProvider } from '@org/instrument-core';
import { createHealth } from '@org/instrument-health';
import { describe, expect, it } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';
import { essence, follow, say } from './reading.ts';

const AT_ONCE = { failureThreshold: 1, successThreshold: 1 };

describe('health', () => {
  it('tells what broke, what suffers from it, and that both are back', async () => {
    const events = new EventBus();
    const health = createHealth({ events, meterProvider: new MeterProvider({}) });
    const all = follow(events);
    let database: { status: 'unhealthy' | 'healthy'; reason?: string } = { status: 'healthy' };
    health.register('database', () => database, AT_ONCE);
    health.register('orders', () => true, { ...AT_ONCE, dependsOn: ['database'] });
    const changes = async () => {
      all.length = 0;
      await health.check({ fresh: true });
      await new Promise(setImmediate);
      return all.filter(({ event }) => event === 'health.status.changed').map(essence);
    };
    const event = 'health.status.changed';
    expect(await changes()).toEqual([
      {
        event,
        severity: 'info',
        phase: 'occurred',
        key: 'health/database',
        title: 'database is healthy',
        text: '',
      },
      {
        event,
        severity: 'info',
        phase: 'occurred',
        key: 'health/orders',
        title: 'orders is healthy',
        text: '',
      },
      { event, severity: 'info', phase: 'occurred', key: 'health', title: 'checkout is healthy', text: '' },
    ]);
    database = { status: 'unhealthy', reason: 'connection refused by 10.0.0.5:5432' };
    expect(await changes()).toEqual([
      {
        event,
        severity: 'error',
        phase: 'triggered',
        key: 'health/database',
        title: 'database is unhealthy: connection refused by 10.0.0.5:5432',
        text: 'It was healthy.',
      },
      expect.objectContaining({
        severity: 'info',
        phase: 'triggered',
        key: 'health/orders',
        title: expect.stringMatching(/^orders is degraded: .*database/),
        text: 'It was healthy.\nLook at database first.',
      }),
      {
        event,
        // The database has said it: one cause, one call.
        severity: 'info',
        phase: 'triggered',
        key: 'health',
        title: 'checkout is unhealthy because of database',
        text: 'It was healthy.',
      },
    ]);
    database = { status: 'healthy' };
    expect(await changes()).toEqual([
      {
        event,
        severity: 'error',
        phase: 'resolved',
        key: 'health/database',
        title: expect.stringMatching(/^database is healthy again(, after \d+ ms)?$/),
        text: 'It was unhealthy.',
      },
      // Who was not called when it began is not called when it is over.
      expect.objectContaining({ severity: 'info', phase: 'resolved', key: 'health/orders' }),
      {
        event,
        severity: 'info',
        phase: 'resolved',
        key: 'health',
        title: expect.stringMatching(/^checkout is healthy again(, after \d+ ms)?$/),
        text: 'It was unhealthy.',
      },
    ]);
    health.unregister('database');
    health.unregister('orders');
  });

  it('tells that what is no longer checked does not go on, and of a start nothing but that', async () => {
    const events = new EventBus();
    const health = createHealth({ events, meterProvider: new MeterProvider({}) });
    const all = follow(events);
    health.register('tenant', () => false, AT_ONCE);
    health.register('database', () => true, AT_ONCE);
    await health.check();
    health.unregister('tenant');
    await new Promise(setImmediate);
    const told = all.filter(({ event, key }) => event === 'health.status.changed' && key === 'health/tenant');
    expect(told.map(essence)).toMatchObject([
      { severity: 'error', phase: 'triggered' },
      {
        severity: 'error',
        phase: 'resolved',
        title: 'tenant is no longer checked',
        text: 'It was unhealthy.',
      },
    ]);
    const start = { check: 'tenant', from: 'unhealthy', to: 'unknown', reason: 'not checked yet' };
    expect(say('health.status.changed', start)).toMatchObject({ severity: 'info', phase: 'occurred' });
    health.unregister('database');
  });

  it('tells of the end of what got better in steps to everybody whom its worst had reached', () => {
    const read = createNotificationReader({});
    const change = (from: string, to: string) =>
      read('health.status.changed', { check: 'disk', from, to, rootCauses: ['disk'] }, 'id');
    expect(change('healthy', 'unhealthy').severity).toBe('error');
    const better = change('unhealthy', 'degraded');
    expect(better).toMatchObject({
      severity: 'warning',
      phase: 'triggered',
      title: 'disk is degraded, no longer unhealthy',
    });
    expect(change('degraded', 'healthy')).toMatchObject({ severity: 'error', phase: 'resolved' });
    expect(change('degraded', 'healthy')).toMatchObject({ severity: 'warning', phase: 'resolved' });
  });

  it('calls for the system only where no component has told of the cause', () => {
    const change = (rootCauses: readonly string[]) =>
      say('health.status.changed', { from: 'healthy', to: 'unhealthy', rootCauses });
    expect(change([]).severity).toBe('critical');
    expect(change(['database']).severity).toBe('info');
  });

  it('tells how long it lasted, of what has begun before', () => {
    const read = createNotificationReader({});
    const at = 1_700_000_000_000;
    const change = (from: string, to: string, timestampMillis: number) =>
      read('health.status.changed', { check: 'database', from, to, timestampMillis }, 'id');
    change('healthy', 'degraded', at);
    change('degraded', 'unhealthy', at + 60_000);
    expect(change('unhealthy', 'healthy', at + 720_000).title).toBe(
      'database is healthy again, after 12 min',
    );
    // A clock that was set back says nothing.
    change('healthy', 'unhealthy', at);
    expect(change('unhealthy', 'healthy', at - 1).title).toBe('database is healthy again');
  });

  it('has words for runs and recoveries', () => {
    const run = { check: 'db', result: 'unhealthy', reason: 'slow', durationMillis: 1234.5 };
    expect(say('health.check.completed', run)).toMatchObject({
      severity: 'warning',
      phase: 'occurred',
      key: 'health/db/run',
      title: 'Check of db: unhealthy after 1.2 s: slow',
    });
    const recovery = { check: 'db', attempt: 2, outcome: 'failed', error: 'no' };
    expect(say('health.recovery.attempted', recovery)).toMatchObject({
      severity: 'warning',
      title: 'Recovery of db failed, attempt 2: no',
    });
    expect(
      say('health.recovery.attempted', { ...recovery, outcome: 'succeeded', error: undefined }),
    ).toMatchObject({
      severity: 'info',
      title: 'Recovery of db succeeded, attempt 2',
    });
  });
});
