import { AsyncResource } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { awaitAnswer, standStill } from '../../../core/test/standstill.ts';
import { beginAttempt } from '../../src/delivery/attempt.ts';
import { systemClock } from '../../src/delivery/clock.ts';

it('what was taken while the event loop stood still, until the time of the attempt was over, is not delivered again', async () => {
  const { read, send, close } = await awaitAnswer();
  let signal: AbortSignal | undefined;
  const attempt = beginAttempt({
    channel: {
      name: 'remote',
      deliver: (_, options) => {
        signal = options.signal;
        return read;
      },
    },
    batch: [],
    number: 1,
    timeoutMillis: 50,
    clock: systemClock,
    scope: new AsyncResource('test'),
    onLate: () => expect.unreachable('it was given up'),
  });
  send();
  standStill(200);
  expect(await attempt.outcome).toEqual({ isTaken: true, rejections: new Map(), lacks: new Map() });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(signal?.aborted).toBe(false);
  await close();
});
