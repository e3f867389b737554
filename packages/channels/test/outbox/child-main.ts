import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { EventBus } from '@org/instrument-core';
import type { Channel } from '../../src/channel.ts';
import type { ChannelStatus, Channels } from '../../src/channels.ts';
import { createChannels } from '../../src/create-channels.ts';
import { DeliveryError } from '../../src/delivery-error.ts';
import type { Phase, Severity } from '../../src/notification.ts';
import { replay } from '../../src/outbox/replay.ts';

/** What a child can be asked to do. */
export interface Verbs {
  /** Sets the channels up; told `false`, the channel refuses. */
  open(takes: boolean): void;
  /** Emits so many events, and says how long that held it up. */
  emit(count: number): Promise<number>;
  takes(takes: boolean): void;
  status(): ChannelStatus;
  /** Numbers of the events that have been delivered. */
  delivered(): readonly number[];
  flush(): Promise<boolean>;
  close(): Promise<void>;
  /** Emits, without waiting for anything, and ends the process. */
  emitAndExit(count: number): void;
  /** Numbers of the events that wait in the directory. */
  onDisk(): readonly number[];
  fill(): void;
  free(): void;
  protect(): void;
  unprotect(): void;
  /** Says of a condition that it is so, and gives the severity of the notification that was delivered of it. */
  condition(said: { readonly severity: Severity; readonly phase: Phase }): Promise<Severity | undefined>;
  /** Becomes a user who may not do much. */
  drop(): void;
}

const { DIRECTORY = '', URL: url, FROM = '0', DISK = '', TASK } = process.env;
diag.setLogger(new DiagConsoleLogger());
const bus = new EventBus<Record<string, unknown>>();
let last = Number(FROM);
let isTaking = true;
let channels: Channels | undefined;
const delivered: number[] = [];
let lastSeverity: Severity | undefined;

/** Posts the numbers of what it is given, or keeps them. */
const channel: Channel = {
  name: 'test',
  maxBatch: 5,
  settings: {
    retry: { initialDelay: 5, maxDelay: 20 },
    circuitBreaker: { failures: 10, pause: 20 },
    timeout: '20s',
  },
  async deliver(batch, { signal }) {
    const numbers = batch.map(({ payload }) => payload.n as number);
    if (url === undefined) {
      if (!isTaking) throw new DeliveryError('not now');
      // Of itself, this keeps nothing alive.
      if (TASK === 'finish') await sleep(100, undefined, { ref: false });
      delivered.push(...numbers);
      lastSeverity = batch.at(-1)?.severity;
      return;
    }
    const body = JSON.stringify({ numbers, keys: batch.map(({ key }) => key) });
    const { status } = await fetch(url, { method: 'POST', body, signal });
    if (status !== 200) throw new DeliveryError(`status ${status}`);
  },
};

function open(): void {
  const events = bus as unknown as EventBus;
  channels = createChannels({
    to: [channel],
    directory: DIRECTORY,
    events,
    closeTimeout: TASK === 'refuse' ? 200 : 5_000,
  });
}

function emit(count: number): void {
  for (let i = 0; i < count; i++) {
    const n = ++last;
    bus.emit('load.item', { n, key: `key ${n % 7}`, severity: n % 3 === 0 ? 'error' : 'info' });
  }
}

const mount = (mode: string): void => void execFileSync('mount', ['-o', `remount,${mode}`, DISK]);

const verbs: Verbs = {
  open: (takes) => {
    isTaking = takes;
    open();
  },
  emit: async (count) => {
    const startMillis = performance.now();
    emit(count);
    const millis = performance.now() - startMillis;
    await undefined;
    return millis;
  },
  takes: (takes) => {
    isTaking = takes;
  },
  status: () => channels?.status()[0] as ChannelStatus,
  delivered: () => delivered,
  flush: () => (channels as Channels).flush(10_000),
  close: () => (channels as Channels).close(2_000),
  emitAndExit: (count) => {
    emit(count);
    process.exit(0);
  },
  onDisk: () => {
    const slots = readdirSync(DIRECTORY).map((slot) => replay(join(DIRECTORY, slot, 'test')).entries);
    return slots.flat().map((entry) => entry.notification().payload.n as number);
  },
  fill: () => {
    for (let left = 4_096; left >= 4_096; ) {
      const { bavail, bsize } = statfsSync(DISK);
      left = bavail * bsize;
      try {
        writeFileSync(join(DISK, 'filler'), Buffer.alloc(Math.min(left, 1 << 20)), { flag: 'a' });
      } catch {
        // Full, which is what was wanted.
      }
    }
  },
  free: () => rmSync(join(DISK, 'filler')),
  protect: () => mount('ro'),
  unprotect: () => mount('rw'),
  condition: async (said) => {
    bus.emit('load.condition', { ...said, key: 'condition' });
    await channels?.flush();
    return lastSeverity;
  },
  drop: () => {
    process.setgid?.(65_534);
    process.setuid?.(65_534);
  },
};

process.on('message', async ({ verb, argument }: { verb: keyof Verbs; argument: never }) => {
  try {
    process.send?.({ value: (await verbs[verb](argument)) ?? null });
  } catch (error) {
    process.send?.({ error: String((error as Error).stack) });
  }
});
process.on('disconnect', () => process.exit(0));

/** Emits without end, and says what it has emitted: whatever was said must arrive. */
async function work(): Promise<never> {
  open();
  writeSync(1, 'open\n');
  for (let round = 0; ; round++) {
    emit(1 + (round % 5));
    await undefined;
    writeSync(1, `emitted ${last}\n`);
    await sleep(round % 3);
  }
}

/** Has nothing else to do than to deliver. `refuse`: what cannot be delivered; else what takes a while. */
function finish(refuse: boolean): void {
  isTaking = !refuse;
  open();
  emit(3);
  process.removeAllListeners('disconnect');
  process.disconnect();
  process.on('exit', () => writeSync(1, `delivered ${delivered}\n`));
}

if (TASK === 'work') await work();
else if (TASK === 'finish' || TASK === 'refuse') finish(TASK === 'refuse');
else writeSync(1, 'ready\n');
