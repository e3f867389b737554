import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { BackgroundProcess } from './background-process.ts';
import type { Lab } from './lab.ts';

/** What the notifications say of their source. */
export const SOURCE = {
  service: 'shop',
  version: '1.2.3',
  environment: 'test',
  host: 'web-1',
  instance: 'i-1',
};

/** What a notification says, as the other channel of the process got it. */
export interface Told {
  readonly id: string;
  readonly event: string;
  readonly timestampMillis: number;
  readonly title: string;
  readonly text: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What became of what a process had to tell. */
export interface Outcome {
  readonly told: readonly Told[];
  readonly delivered: number;
  readonly dead: number;
  readonly failures: readonly string[];
  readonly reasons: readonly string[];
}

/** What a process has to tell, and to whom. */
export interface Telling {
  readonly url: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly options?: object;
  /** Milliseconds between one event and the next. Default 0. */
  readonly pause?: number;
}

const built = (name: string): string =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../packages', name, 'dist/index.js')).href);

/** Tells events, waits until they were delivered or given up, and says what became of them. */
export function startTelling(lab: Lab, { url, events, options, pause = 0 }: Telling): BackgroundProcess {
  const quick = { retry: { initialDelay: 20, maxDelay: 200 }, circuitBreaker: false, batchDelay: 50 };
  const source = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { EventBus } from ${built('core')};
    import { createChannels, elastic } from ${built('channels')};
    const bus = new EventBus();
    const [told, failures, reasons] = [[], [], []];
    bus.on('channel.delivery.failed', ({ error }) => failures.push(error));
    bus.on('channel.notification.dead', ({ error }) => reasons.push(error));
    const other = {
      name: 'other',
      maxBatch: 500,
      settings: { events: 'order.*' },
      deliver: async (batch) => void told.push(...batch),
    };
    const to = [elastic(${JSON.stringify({ url, ...quick, ...options })}), other];
    const channels = createChannels({ to, events: bus, source: ${JSON.stringify(SOURCE)} });
    await channels.ready;
    for (const event of ${JSON.stringify(events)}) {
      bus.emit('order.refused', event);
      if (${pause} > 0) await sleep(${pause});
    }
    const isDone = await channels.flush('60s');
    const [{ delivered, dead }] = channels.status();
    await channels.close();
    if (!isDone) throw new Error('Not delivered in time: ' + failures.at(-1));
    // What is not written yet would be lost with the connection.
    process.send({ told, delivered, dead, failures, reasons }, () => process.disconnect());
  `;
  return lab.startApp({ source });
}

/** What became of what it had to tell, once it has ended. */
export async function outcomeOf(app: BackgroundProcess): Promise<Outcome> {
  const message = new Promise<Outcome>((resolve) => app.child.once('message', resolve));
  const { code } = await app.end;
  expect({ code, stderr: app.stderr }).toEqual({ code: 0, stderr: '' });
  return message;
}

/** As {@link startTelling}, to its end. */
export function tell(lab: Lab, telling: Telling): Promise<Outcome> {
  return outcomeOf(startTelling(lab, telling));
}
