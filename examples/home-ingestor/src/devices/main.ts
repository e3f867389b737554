import { setTimeout as delay } from 'node:timers/promises';
import { endWithParent, tellParent } from '@org/instrument-example-terminal';
import { Device } from './device.ts';
import type { DevicesFigures, DevicesMessage, DevicesSetup, DevicesStop } from './protocol.ts';

// The devices of a house: a process of its own, with a connection for each.

/** Milliseconds between two rounds. */
const ROUND_MILLIS = 20;
const PROGRESS_MILLIS = 250;
/** One device loses its connection that often. */
const DISCONNECT_MILLIS = 700;
/** Longest time to wait until the broker has acknowledged everything. */
const FINISHING_MILLIS = 15_000;

const setup = JSON.parse(process.argv[2] ?? '{}') as DevicesSetup;
const devices = Array.from({ length: setup.devices }, (_, i) => new Device(i + 1, setup));
let isSending = true;

// Ctrl-C reaches the whole group; the program says when to stop.
process.on('SIGINT', () => undefined);
endWithParent();
process.on('message', (message) => {
  if ((message as DevicesStop).kind === 'stop') isSending = false;
});

const timers = [
  setInterval(() => tellParent<DevicesMessage>({ kind: 'progress', figures: figures() }), PROGRESS_MILLIS),
];
if (setup.faults) {
  let turn = 0;
  timers.push(setInterval(() => devices[turn++ % devices.length]?.disconnect(), DISCONNECT_MILLIS));
}
await sendUntilStopped();
const deadline = performance.now() + FINISHING_MILLIS;
while (!devices.every(({ isIdle }) => isIdle) && performance.now() < deadline) await delay(ROUND_MILLIS);
for (const timer of timers) clearInterval(timer);
await tellParent<DevicesMessage>({
  kind: 'done',
  figures: figures(),
  truth: devices.map(({ truth }) => truth),
});
process.exit();

/** Sends at the rate asked for; what a slow round leaves behind is made up for in the next. */
async function sendUntilStopped(): Promise<void> {
  let last = performance.now();
  let owed = 0;
  while (isSending) {
    await delay(ROUND_MILLIS);
    const now = performance.now();
    owed += ((now - last) / 1000) * setup.rate;
    last = now;
    for (; owed >= 1; owed--) for (const device of devices) device.measure();
  }
}

function figures(): DevicesFigures {
  const sum = (of: (device: Device) => number): number =>
    devices.reduce((total, each) => total + of(each), 0);
  return {
    events: sum(({ events }) => events),
    messages: sum(({ messages }) => messages),
    copies: sum(({ copies }) => copies),
    malformed: sum(({ malformed }) => malformed),
    disconnects: sum(({ disconnects }) => disconnects),
  };
}
