import { EventBus, type EventMap } from '@org/instrument-core';
import { createHealth } from '@org/instrument-health';
import { expect, test } from 'vitest';
import { openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { createChannels } from '../../src/create-channels.ts';
import { pagerDuty } from '../../src/pagerduty/pager-duty.ts';

const ROUTING_KEY = 'e93facc04764012d7bfb002500d5d1a6';

test('a component that fails and comes back opens an incident and closes the same one', async () => {
  const receiver = await openHttpReceiver({
    path: '/v2/enqueue',
    read: () => ({ notifications: [] }),
    accept: () => ({ status: 202, body: '{"status":"success"}' }),
  });
  const bus = new EventBus<EventMap>();
  const channels = createChannels({
    to: [pagerDuty({ url: receiver.url, routingKey: ROUTING_KEY, events: 'health.status.changed' })],
    events: bus,
    source: { service: 'checkout', environment: 'production', host: 'web-1' },
  });
  const health = createHealth({ events: bus });
  let isUp = true;
  const look = (): void => {
    if (!isUp) throw new Error('connection refused');
  };
  health.register('database', look, { failureThreshold: 1, successThreshold: 1 });
  const check = async (state: boolean): Promise<void> => {
    isUp = state;
    await health.check({ fresh: true });
    expect(await channels.flush('5s')).toBe(true);
  };
  await check(true);
  await check(false);
  await check(true);
  await channels.close();
  await receiver.close();

  const events = receiver.requests().map(({ body }) => JSON.parse(body.toString()));
  const ofDatabase = events.filter((event) => event.payload.component === 'health/database');
  expect(ofDatabase.map((event) => [event.event_action, event.dedup_key, event.payload.severity])).toEqual([
    ['trigger', 'checkout/production/health/database', 'error'],
    ['resolve', 'checkout/production/health/database', 'error'],
  ]);
  expect(ofDatabase[0].payload.summary).toContain('connection refused');
});
