import { endChild, messageFrom, startChild } from '../child.ts';
import type { BrokerCommand, BrokerMessage } from './protocol.ts';

/** A broker in a process of its own. */
export interface BrokerProcess {
  readonly url: string;
  /** Rejects when the process ends. */
  readonly failed: Promise<never>;
  /** Is away for that long; resolves when it listens again. */
  restart(downMillis: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a broker; `entry` is the JavaScript file that the process runs. */
export async function startBroker(entry: string): Promise<BrokerProcess> {
  const child = startChild(entry);
  const listening = (): Promise<BrokerMessage> =>
    messageFrom<BrokerMessage>(child, 'the broker', ({ kind }) => kind === 'listening');
  const { port } = await listening();
  const failed = messageFrom<never>(child, 'the broker', () => false);
  // Whoever is not interested need not handle it.
  failed.catch(() => {});
  return {
    failed,
    url: `mqtt://127.0.0.1:${port}`,
    async restart(downMillis) {
      const again = listening();
      const command: BrokerCommand = { kind: 'restart', downMillis };
      // When it has ended, `again` says so.
      child.send(command, () => {});
      await again;
    },
    stop: () => endChild(child),
  };
}
