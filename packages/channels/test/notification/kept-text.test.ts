import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { createChannels } from '../../src/create-channels.ts';
import { type Bus, channelOf, createBus } from '../delivery/bus-bed.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
/** Names of properties outlive what had them by a collection or two: shapes of objects have them, too. */
const collectGarbage = (): void => {
  for (let round = 0; round < 3; round++) collect();
};

const COUNT = 20;
const PAGE_LENGTH = 2_000_000;

/** A text of two million characters that nothing else has; the last ones are its number. */
function pageOf(number: number): string {
  return Buffer.from(`${'x'.repeat(PAGE_LENGTH)} page of orders ${number}`).toString();
}

/** Bytes of the heap that are left when so many events have been emitted, whatever has become of them. */
async function keptOf(emit: (bus: Bus, number: number) => void, isTaken: boolean): Promise<number> {
  const bus = createBus();
  const channel = channelOf('test', {
    settings: { events: '*' },
    deliver: async () => {
      if (!isTaken) throw new Error(pageOf(COUNT).slice(-20));
    },
  });
  const channels = createChannels({ to: [channel], events: bus.events, deliverAtEnd: false });
  onTestFinished(() => channels.close(0));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < COUNT; number++) emit(bus, number);
  await (isTaken ? channels.flush() : expect.poll(() => channels.status()[0]?.failures).toBeGreaterThan(0));
  collectGarbage();
  return process.memoryUsage().heapUsed - before;
}

test.each<[string, (bus: Bus, number: number) => void]>([
  [
    'by the key of a condition that is open',
    (bus, number) => bus.emit('stock.low', { key: pageOf(number).slice(-20), phase: 'triggered' }),
  ],
  ['by the name of an event', (bus, number) => bus.emit(pageOf(number).slice(-20))],
  ['by a long name in a payload', (bus, number) => bus.emit('report.slow', { [pageOf(number)]: 1 })],
  [
    'by a name in a map',
    (bus, number) => bus.emit('import.done', { counts: new Map([[pageOf(number).slice(-20), 1]]) }),
  ],
])('nothing is kept of a long text %s, once it is delivered', async (_, emit) => {
  expect(await keptOf(emit, true)).toBeLessThan(PAGE_LENGTH);
});

test('what waits keeps nothing of the long texts that its key was cut out of, nor its last failure', async () => {
  const emit = (bus: Bus, number: number): void =>
    bus.emit('order.failed', { key: pageOf(number).slice(-20), title: pageOf(number).slice(-20) });
  expect(await keptOf(emit, false)).toBeLessThan(PAGE_LENGTH);
});
