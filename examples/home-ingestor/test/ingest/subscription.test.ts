import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type BrokerProcess, startBroker } from '../../src/broker/process.ts';
import { type Message, type Subscription, subscribe } from '../../src/ingest/subscription.ts';
import { type Bundle, bundle } from '../support/bundle.ts';

let scripts: Bundle;
let broker: BrokerProcess;
const open: Subscription[] = [];

beforeAll(async () => {
  scripts = await bundle();
  broker = await startBroker(scripts.broker);
});

afterEach(async () => {
  for (const subscription of open.splice(0)) await subscription.close();
});

afterAll(async () => {
  await broker.stop();
  scripts.remove();
});

interface Heard {
  readonly subscription: Subscription;
  readonly messages: Message[];
  readonly states: string[];
  readonly retries: number[];
  texts(): string[];
}

function listen(
  clientId: string,
  take: (message: Message) => Promise<void> | undefined = () => undefined,
): Heard {
  const messages: Message[] = [];
  const states: string[] = [];
  const retries: number[] = [];
  const subscription = subscribe({
    url: broker.url,
    topic: `test/${clientId}/#`,
    clientId,
    onMessage: (message) => {
      messages.push(message);
      return take(message);
    },
    onState: (state) => states.push(state),
    onError: () => {},
    onRetry: ({ attempt }) => retries.push(attempt),
  });
  open.push(subscription);
  return {
    subscription,
    messages,
    states,
    retries,
    texts: () => messages.map(({ payload }) => String(payload)),
  };
}

async function publish(clientId: string, ...texts: string[]): Promise<void> {
  const client = await mqtt.connectAsync(broker.url);
  for (const text of texts) await client.publishAsync(`test/${clientId}/x`, text, { qos: 1 });
  await client.endAsync();
}

describe('subscribe', () => {
  it('takes many messages before the first is acknowledged, and gets again what was not', async () => {
    const first = listen('session');
    await first.subscription.ready;
    await publish('session', 'a', 'b', 'c', 'd');
    await until('all have come', () => first.messages.length === 4);
    first.messages[1]?.acknowledge();
    first.messages[3]?.acknowledge();
    await publish('session', 'e');
    await until('the broker has read on', () => first.messages.length === 5);
    first.messages[4]?.acknowledge();
    await first.subscription.close();

    const second = listen('session');
    await until('the rest has come', () => second.messages.length >= 2);
    expect(second.texts().sort()).toEqual(['a', 'c']);
  });

  it('is told by nobody that an acknowledgement came by a connection that is gone', async () => {
    const { subscription, messages, texts } = listen('gone');
    await subscription.ready;
    await publish('gone', 'a');
    await until('it has come', () => messages.length === 1);
    subscription.cut();
    await until('it has come again', () => messages.length === 2);
    expect(() => messages[0]?.acknowledge()).not.toThrow();
    subscription.cut();
    await until('it has come a third time', () => messages.length === 3);
    expect(texts()).toEqual(['a', 'a', 'a']);
    messages[2]?.acknowledge();
  });

  it('takes no more while it is held up', async () => {
    let isFree = false;
    let release: () => void = () => {};
    const { subscription, messages } = listen('held', () =>
      isFree ? undefined : new Promise((resolve) => (release = resolve)),
    );
    await subscription.ready;
    await publish('held', 'a', 'b', 'c');
    await until('one has come', () => messages.length === 1);
    // Another round trip through the broker: had it been read on, there would be more.
    await publish('held', 'd');
    expect(messages).toHaveLength(1);
    isFree = true;
    release();
    await until('the others have come', () => messages.length === 4);
  });

  it('comes back by itself when the broker does', async () => {
    const { subscription, states, retries, messages } = listen('back');
    await subscription.ready;
    const restarted = broker.restart(300);
    await until('it is lost', () => subscription.state === 'reconnecting');
    await restarted;
    await until('it is back', () => subscription.state === 'connected');
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(retries).toEqual(retries.map((_, i) => i + 1));
    await publish('back', 'a');
    await until('a message has come', () => messages.length === 1);
  });
});
