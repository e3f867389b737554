import { setTimeout as delay } from 'node:timers/promises';
import { endWithParent, tellParent } from '@org/instrument-example-terminal';
import type { LoadMessage, LoadSetup, LoadStop } from './protocol.ts';
import { LoadStream } from './stream.ts';
import { createLoadTally, loadFigures } from './tally.ts';

// The load generator: a process of its own, which knows nothing of workers.

/** Milliseconds between two rounds of sending. */
const ROUND_MILLIS = 20;
const PROGRESS_MILLIS = 250;

/** Longest time in milliseconds to wait for the last answers; what is missing then is lost. */
const FINISHING_MILLIS = 15_000;

const setup = JSON.parse(process.argv[2] ?? '{}') as LoadSetup;
const tally = createLoadTally();
const streams = Array.from({ length: setup.streams }, (_, i) => new LoadStream(i + 1, setup.port, tally));
let isSending = true;

// Ctrl-C reaches the whole group; the orchestrator says when to stop.
process.on('SIGINT', () => undefined);
endWithParent();
process.on('message', (message) => {
  if ((message as LoadStop).kind === 'stop') isSending = false;
});

const progress = setInterval(() => tell('progress'), PROGRESS_MILLIS);
await sendUntilStopped();
await finish();
clearInterval(progress);
for (const stream of streams) stream.close();
await tell('done');
process.disconnect();

/** Sends at the rate asked for; what a slow round leaves behind is made up for in the next. */
async function sendUntilStopped(): Promise<void> {
  let last = performance.now();
  let owed = 0;
  while (isSending) {
    await delay(ROUND_MILLIS);
    const now = performance.now();
    owed += ((now - last) / 1000) * setup.rate;
    last = now;
    for (; owed >= 1; owed--) for (const stream of streams) stream.send();
  }
}

async function finish(): Promise<void> {
  const deadline = performance.now() + FINISHING_MILLIS;
  while (!streams.every(({ isIdle }) => isIdle) && performance.now() < deadline) await delay(ROUND_MILLIS);
}

function tell(kind: LoadMessage['kind']): Promise<void> {
  return tellParent<LoadMessage>({ kind, figures: loadFigures(tally) });
}
