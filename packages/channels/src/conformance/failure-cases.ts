import assert from 'node:assert/strict';
import type { DeliveryError } from '../delivery-error.ts';
import { type Bench, onBench, soon } from './bench.ts';
import {
  type Behaviour,
  type CaseLeftOut,
  type ConformanceCase,
  type ConformanceHarness,
  RETRY_AFTER_SECONDS,
  type Receiver,
} from './harness.ts';
import { notificationOf } from './notifications.ts';

/** After the signal, a delivery that hangs has this long to end. */
const SETTLE_MILLIS = 2_000;

interface Expectation {
  readonly name: string;
  check(error: DeliveryError, bench: Bench): void;
}

const EXPECTED: Readonly<Record<Exclude<Behaviour, 'hang'>, Expectation>> = {
  refuse: { name: 'a receiver that refuses connections can be tried again', check: expectTemporary },
  throttle: {
    name: 'a receiver that throttles is left alone for as long as it says',
    check(error) {
      expectTemporary(error);
      assert.equal(error.retryAfterMillis, RETRY_AFTER_SECONDS * 1_000, 'retryAfterMillis');
    },
  },
  fail: { name: 'a receiver that fails can be tried again', check: expectTemporary },
  reject: {
    name: 'what a receiver rejects is not tried again',
    check: (error) => assert.equal(error.permanent, true, `permanent, of ${error.message}`),
  },
  rubbish: { name: 'a receiver that answers rubbish can be tried again', check: expectTemporary },
  break: { name: 'a receiver that breaks off can be tried again', check: expectTemporary },
  redirect: {
    name: 'a redirect is not followed, and does not cure itself',
    check(error, { receiver }) {
      assert.equal(error.permanent, true, `permanent, of ${error.message}`);
      assert.equal(receiver.strayed?.(), 0, 'requests that went where nobody has said they may');
    },
  },
};
const HANG = 'a delivery that hangs ends with its signal, and can be tried again';

/** What a channel does when a receiver fails: each time says what became of it, and delivers when the receiver is back. */
export function failureCases<R extends Receiver>(harness: ConformanceHarness<R>): ConformanceCase[] {
  const { behaviours } = harness;
  const cases = entriesOf(EXPECTED).map(([behaviour, { name, check }]) => ({
    behaviour: behaviour as Behaviour,
    name,
    run: () =>
      onBench(harness, async (bench) => {
        await bench.receiver.behave(behaviour);
        check(await bench.failure(new AbortController().signal, notificationOf()), bench);
        await expectRecovered(bench);
      }),
  }));
  const hang = { behaviour: 'hang' as const, name: HANG, run: () => onBench(harness, expectHangEnds) };
  return [...cases, hang].filter(({ behaviour }) => behaviours[behaviour] === true);
}

/** The cases of what the receiver cannot do. */
export function failuresLeftOut<R extends Receiver>({ behaviours }: ConformanceHarness<R>): CaseLeftOut[] {
  return entriesOf({ ...EXPECTED, hang: { name: HANG } }).flatMap(([behaviour, { name }]) => {
    const can = behaviours[behaviour];
    return can === true ? [] : [{ name, reason: can }];
  });
}

async function expectHangEnds(bench: Bench): Promise<void> {
  await bench.receiver.behave('hang');
  const controller = new AbortController();
  const failing = bench.failure(controller.signal, notificationOf());
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  failing.then(settled, settled);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(isSettled, false, 'it waits for as long as it may');
  controller.abort();
  expectTemporary(await soon('deliver, once its signal was aborted,', failing, SETTLE_MILLIS));
  // With a signal that is aborted already there is nothing to wait for.
  const late = bench.failure(controller.signal, notificationOf());
  expectTemporary(await soon('deliver, with a signal that was aborted before,', late, SETTLE_MILLIS));
  await expectRecovered(bench);
}

async function expectRecovered({ receiver, deliver, expectReceived }: Bench): Promise<void> {
  assert.deepEqual(await receiver.received(), [], 'nothing has arrived');
  await receiver.behave('accept');
  const notification = notificationOf();
  await deliver(notification);
  await expectReceived(notification);
}

function expectTemporary(error: DeliveryError): void {
  assert.equal(error.permanent, false, `permanent, of ${error.message}`);
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][];
}
