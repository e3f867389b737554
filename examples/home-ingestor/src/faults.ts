import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerProcess } from './broker/process.ts';
import type { Ingestor } from './ingest/ingestor.ts';
import type { FaultyDisk } from './write/disk.ts';

/** What is done to the ingestor and its surroundings, besides what the devices do. */
export interface FaultFigures {
  brokerRestarts: number;
  connectionsCut: number;
  diskFilled: number;
}

/** What faults are done to. */
export interface FaultTargets {
  /** `undefined` when it is not ours: then the connection to it is cut. */
  readonly broker: BrokerProcess | undefined;
  readonly ingestor: Ingestor;
  readonly disk: FaultyDisk;
  readonly say: (line: string) => void;
}

/** Time in milliseconds between two faults, and for how long the broker is away and the disk full. */
const BETWEEN_MILLIS = 800;
const AWAY_MILLIS = 400;
const FULL_MILLIS = 1_000;

/** Does one thing after the other until it is stopped; what was begun is put right first. */
export function injectFaults({ broker, ingestor, disk, say }: FaultTargets): {
  readonly figures: Readonly<FaultFigures>;
  stop(): Promise<void>;
} {
  const figures: FaultFigures = { brokerRestarts: 0, connectionsCut: 0, diskFilled: 0 };
  const stop = new AbortController();
  const { signal } = stop;
  const fillDisk = async (): Promise<void> => {
    say('fault: the disk is full');
    figures.diskFilled++;
    disk.isFull = true;
    await pause(FULL_MILLIS, signal);
    disk.isFull = false;
  };
  const cut = (): void => {
    say('fault: the connection to the broker breaks');
    figures.connectionsCut++;
    ingestor.subscription.cut();
  };
  const restart = async (): Promise<void> => {
    if (broker === undefined) return cut();
    say('fault: the broker restarts');
    figures.brokerRestarts++;
    await broker.restart(AWAY_MILLIS);
  };
  const run = async (): Promise<void> => {
    for (let turn = 0; ; turn++) {
      await pause(BETWEEN_MILLIS, signal);
      if (signal.aborted) return;
      await [fillDisk, restart, cut][turn % 3]?.();
    }
  };
  const running = run();
  // A broker that died ends the run elsewhere; see run.ts.
  running.catch(() => {});
  return {
    figures,
    async stop() {
      stop.abort();
      await running;
    },
  };
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await delay(millis, undefined, { signal }).catch(() => {});
}
