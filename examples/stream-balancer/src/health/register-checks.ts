import type { CheckDefinition, CheckFunction, Health } from '@org/instrument-health';
import { eventLoopCheck, memoryCheck } from '@org/instrument-health/checks';
import type { WorkerInstance } from '../workers/instance.ts';
import { heartbeat } from './heartbeat.ts';

/** Group of the checks of the workers; they belong to no probe, for the loss of one takes nothing out. */
export const HEARTBEATS = 'heartbeats';

/** Heartbeats missed in a row until a worker is given up. */
const MISSED_HEARTBEATS = 2;

/** Time between two heartbeats in milliseconds. */
const HEARTBEAT_MILLIS = 250;

/** Time in milliseconds after which a heartbeat is missed: with two of them a hang is seen within a second. */
export const HEARTBEAT_TIMEOUT_MILLIS = 300;

/** Time between two heartbeats of a worker that misses them, in milliseconds. */
const DOWN_MILLIS = 100;

/** Share of the workers that can carry all streams; with fewer the system is degraded. */
const ENOUGH = 0.5;

/** What is watched, and what brings a worker back. */
export interface Watched {
  readonly workers: readonly WorkerInstance[];
  /** Starts a process in the place of one that does not answer. */
  respawn(worker: WorkerInstance, signal: AbortSignal): Promise<void>;
  readonly heartbeatTimeoutMillis: number;
  /** Whether clients can connect. */
  isListening(): boolean;
}

/**
 * Registers the checks of the orchestrator: a heartbeat per worker, which brings a dead or hung one back; `workers`,
 * which depends on all of them; the listener; and the process itself. Returns the function that takes them out again.
 */
export function registerChecks(health: Health, watched: Watched): () => void {
  const { workers } = watched;
  return health.registerAll([
    ...workers.map((worker) => workerCheck(worker, watched)),
    {
      name: 'workers',
      check: enoughWorkers(health, workers),
      dependsOn: workers.map(({ name }) => name),
      interval: HEARTBEAT_MILLIS,
      downInterval: DOWN_MILLIS,
      cacheTtl: HEARTBEAT_MILLIS,
      failureThreshold: 1,
      successThreshold: 1,
    },
    {
      name: 'listener',
      kind: 'system',
      check: () =>
        watched.isListening() ? 'healthy' : { status: 'unhealthy', reason: 'takes no connections' },
      interval: '1s',
      failureThreshold: 1,
    },
    { name: 'event-loop', kind: 'system', check: eventLoopCheck(), interval: '1s', critical: false },
    { name: 'memory', kind: 'system', check: memoryCheck(), interval: '5s', critical: false },
  ]);
}

/** The workers that may be given streams: they run, and health says that they are healthy or degraded. */
export function usableWorkers(health: Health, workers: readonly WorkerInstance[]): WorkerInstance[] {
  const { components } = health.report({ probe: HEARTBEATS });
  const usable = new Set(
    components.filter(({ status }) => status === 'healthy' || status === 'degraded').map(({ name }) => name),
  );
  return workers.filter(({ name, address }) => address !== undefined && usable.has(name));
}

/**
 * A process has ended, which is no matter of opinion: the heartbeats that it must miss are missed now, not one
 * interval after the other.
 */
export async function confirmExit(health: Health, worker: WorkerInstance): Promise<void> {
  for (let missed = 0; missed < MISSED_HEARTBEATS; missed++) {
    // Before the checks are registered, and after they are taken out, nobody asks.
    if (!health.names().includes(worker.name)) return;
    await health.check({ check: worker.name, fresh: true });
  }
}

function workerCheck(worker: WorkerInstance, { respawn, heartbeatTimeoutMillis }: Watched): CheckDefinition {
  return {
    name: worker.name,
    check: heartbeat(worker),
    critical: false,
    probes: [HEARTBEATS],
    interval: HEARTBEAT_MILLIS,
    downInterval: DOWN_MILLIS,
    timeout: heartbeatTimeoutMillis,
    cacheTtl: HEARTBEAT_MILLIS,
    failureThreshold: MISSED_HEARTBEATS,
    successThreshold: 2,
    recover: {
      action: ({ signal }) => respawn(worker, signal),
      initialDelay: '50ms',
      maxDelay: '5s',
      timeout: '10s',
    },
  };
}

function enoughWorkers(health: Health, workers: readonly WorkerInstance[]): CheckFunction {
  const enough = Math.ceil(workers.length * ENOUGH);
  return () => {
    const usable = usableWorkers(health, workers).length;
    const details = { usable, enough, of: workers.length };
    if (usable >= enough) return { status: 'healthy', details };
    const reason = `${usable} of ${workers.length} workers can take streams, ${enough} are needed`;
    return { status: usable === 0 ? 'unhealthy' : 'degraded', reason, details };
  };
}
