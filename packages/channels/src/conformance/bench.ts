import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { within } from '@org/instrument-core';
import type { Channel, Rejection } from '../channel.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { Notification } from '../notification.ts';
import type { ConformanceHarness, Receiver } from './harness.ts';

/** Time for one delivery of the suite; what takes longer has failed. */
const PATIENCE_MILLIS = 10_000;

type Outcome = Awaited<ReturnType<Channel['deliver']>>;

/** A channel and its receiver, for one case. */
export interface Bench {
  readonly channel: Channel;
  readonly receiver: Receiver;
  /** Delivers, and expects that all of it was taken. */
  deliver(...batch: Notification[]): Promise<void>;
  /** Delivers, and expects that none of it was: gives the error, which says no secret. */
  failure(signal: AbortSignal, ...batch: Notification[]): Promise<DeliveryError>;
  /** Expects that the receiver has just these, in this order, and that nothing is wrong with any. */
  expectReceived(...notifications: Notification[]): Promise<void>;
}

/** Runs a case with a receiver of its own, which is closed whatever comes of it. */
export async function onBench<R extends Receiver>(
  harness: ConformanceHarness<R>,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const receiver = await harness.open();
  try {
    const channel = harness.channel(receiver);
    try {
      await run(benchOf(harness, channel, receiver));
    } finally {
      await channel.close?.();
    }
  } finally {
    await receiver.close();
  }
}

/** Rejects when something takes too long. */
export async function soon<T>(
  what: string,
  promise: Promise<T>,
  millis: number = PATIENCE_MILLIS,
): Promise<T> {
  const late = (): never => assert.fail(`${what} took longer than ${millis} ms`);
  return within(promise, millis, late, { ref: true });
}

/** Expects that a text has none of the secrets in it. */
export function expectNoSecret(secrets: readonly string[], what: string, text: string | undefined): void {
  for (const [at, secret] of secrets.entries()) {
    // The secret itself is not told here either.
    assert.ok(!(text ?? '').includes(secret), `${what} shows secret ${at}`);
  }
}

function benchOf<R extends Receiver>(harness: ConformanceHarness<R>, channel: Channel, receiver: R): Bench {
  const send = (batch: readonly Notification[], signal: AbortSignal): Promise<Outcome> =>
    soon('deliver', channel.deliver(Object.freeze([...batch]), { signal, attempt: 1 }));
  return {
    channel,
    receiver,
    async deliver(...batch) {
      const rejections = (await send(batch, new AbortController().signal)) ?? [];
      assert.deepEqual(rejections, [], 'a receiver that accepts rejects nothing');
    },
    async failure(signal, ...batch) {
      const error = await errorOf(send(batch, signal), batch);
      expectNoSecret(harness.secrets, 'the message of the error', error.message);
      expectNoSecret(
        harness.secrets,
        'the error, inspected',
        inspect(error, { depth: 10, showHidden: true }),
      );
      expectNoSecret(harness.secrets, 'the error, as JSON', JSON.stringify(error));
      return error;
    },
    async expectReceived(...notifications) {
      const received = await receiver.received();
      assert.deepEqual(await receiver.problems(), [], 'what arrived is right by the rules of its format');
      assert.equal(received.length, notifications.length, 'as many arrive as were sent');
      for (const [at, { id, title }] of notifications.entries()) {
        // The mark that each title begins with: the rest may be cut.
        const mark = title.split(' ', 1)[0] ?? '';
        assert.ok(received[at]?.includes(mark), `notification ${at} arrives ${at}th, with its title`);
        if (harness.sendsIds === true) assert.ok(received[at]?.includes(id), `notification ${at} has its id`);
      }
    },
  };
}

async function errorOf(delivery: Promise<Outcome>, batch: readonly Notification[]): Promise<DeliveryError> {
  let rejections: readonly Rejection[];
  try {
    rejections = (await delivery) ?? [];
  } catch (error) {
    assert.ok(error instanceof DeliveryError, `the error is a DeliveryError, not ${inspect(error)}`);
    return error;
  }
  const [first] = rejections;
  assert.ok(first !== undefined, 'a delivery that was not taken does not resolve');
  const byId = (a: string, b: string): number => (a < b ? -1 : 1);
  const rejected = rejections.map(({ id }) => id).sort(byId);
  assert.deepEqual(
    rejected,
    batch.map(({ id }) => id).sort(byId),
    'what was not taken is rejected, each by its id',
  );
  return first.error;
}
