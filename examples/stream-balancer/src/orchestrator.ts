import type { Health } from '@org/instrument-health';
import { Router } from './balance/router.ts';
import { followHealth, type HealthFollower, type ReadinessChange } from './health/follow.ts';
import {
  confirmExit,
  HEARTBEAT_TIMEOUT_MILLIS,
  HEARTBEATS,
  registerChecks,
  usableWorkers,
} from './health/register-checks.ts';
import { createIncidents, type Incidents } from './incidents.ts';
import { listenForStreams, type StreamListener } from './stream/listener.ts';
import { WorkerPool } from './workers/pool.ts';

/** Options of {@link startOrchestrator}. */
export interface OrchestratorOptions {
  /** Worker processes. */
  readonly workers: number;
  /** Port that takes streams; 0 for a free one. */
  readonly port: number;
  /** JavaScript file that a worker process runs. */
  readonly workerEntry: string;
  /** Where the checks are registered. */
  readonly health: Health;
  /** Time in milliseconds after which a heartbeat is missed. Default 300: a hang is seen within a second. */
  readonly heartbeatTimeoutMillis?: number;
  /** Told what happens, in lines. Default nobody. */
  readonly say?: (line: string) => void;
}

/** Takes streams, has workers serve them, and brings workers back that fail. */
export interface Orchestrator {
  readonly pool: WorkerPool;
  readonly router: Router;
  readonly listener: StreamListener;
  readonly incidents: Incidents;
  /** Whether it was ready at first, and each change of that. */
  readonly readiness: readonly ReadinessChange[];
  /** Ends all connections and all workers, and takes the checks out. */
  stop(): Promise<void>;
}

/** Starts workers and checks, then takes streams: resolves when all of them serve. Throws, with nothing left running. */
export async function startOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  /** Ends what was started, the last one first. */
  const endings: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
  };
  try {
    return { ...(await start(options, endings)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: OrchestratorOptions,
  endings: (() => unknown)[],
): Promise<Omit<Orchestrator, 'stop'>> {
  const { health, say = () => undefined } = options;
  const pool = new WorkerPool(
    options.workers,
    options.workerEntry,
    (worker) => void confirmExit(health, worker),
  );
  endings.push(() => pool.stop());
  await pool.start();

  const router = new Router(() => usableWorkers(health, pool.workers));
  endings.push(() => router.close());
  const listener = await listenForStreams(options.port, router);
  endings.push(() => listener.close());

  const unregister = registerChecks(health, {
    workers: pool.workers,
    heartbeatTimeoutMillis: options.heartbeatTimeoutMillis ?? HEARTBEAT_TIMEOUT_MILLIS,
    respawn: (worker, signal) => pool.respawn(worker, signal),
    isListening: () => listener.isListening,
  });
  endings.push(unregister);
  // The workers one by one first: there is nothing to say about all together before that.
  await health.check({ probe: HEARTBEATS, fresh: true });
  await health.check();

  const incidents = createIncidents();
  const readiness: ReadinessChange[] = [];
  const following = new AbortController();
  endings.push(() => following.abort());
  void followHealth(health, follower(health, { pool, router, incidents, readiness, say }), following.signal);
  return { pool, router, listener, incidents, readiness };
}

interface FollowerParts extends Pick<Orchestrator, 'pool' | 'router' | 'incidents'> {
  readonly readiness: ReadinessChange[];
  readonly say: (line: string) => void;
}

/** What follows from health: streams leave a worker that is down, and come back to one that is up. */
function follower(
  health: Health,
  { pool, router, incidents, readiness, say }: FollowerParts,
): HealthFollower {
  // The status of all workers together follows at once, not at the next interval.
  const recount = (): void => void health.check({ check: 'workers', fresh: true });
  const workerNamed = (name: string) => pool.workers.find((worker) => worker.name === name);
  return {
    onDown(name, { reason }) {
      const worker = workerNamed(name);
      if (worker === undefined) return;
      const millis = incidents.detected(name);
      say(`${name} is unhealthy${after(millis)}: ${reason ?? 'no reason given'}`);
      router.evacuate(worker);
      recount();
    },
    onUp(name) {
      if (workerNamed(name) === undefined) return;
      const millis = incidents.recovered(name);
      say(`${name} is back${after(millis)}`);
      router.rebalance();
      recount();
    },
    onReadiness(change) {
      readiness.push(change);
      const { isReady, rootCauses, reason } = change;
      const why = rootCauses.length > 0 ? `because of ${rootCauses.join(', ')}` : `because ${reason}`;
      say(isReady ? 'ready' : `not ready ${why}`);
    },
  };
}

function after(millis: number | undefined): string {
  return millis === undefined ? '' : ` after ${millis.toFixed(0)} ms`;
}
