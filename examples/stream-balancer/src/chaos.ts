import type { Orchestrator } from './orchestrator.ts';
import type { WorkerInstance } from './workers/instance.ts';

/** How often something is done to the system, in milliseconds; `undefined`: never. */
export interface ChaosIntervals {
  /** SIGKILL to a worker. */
  readonly kill: number | undefined;
  /** SIGSTOP to a worker: it hangs, with its connections open. */
  readonly freeze: number | undefined;
  /** The connection of a client is cut. */
  readonly cut: number | undefined;
  /** SIGKILL to all workers at once. */
  readonly outage: number | undefined;
}

/** What is done to the system. */
export interface Chaos {
  /** Kills this worker. */
  kill(worker: WorkerInstance): void;
  /** Freezes this worker. */
  freeze(worker: WorkerInstance): void;
  /** Kills every worker. */
  outage(): void;
  /** Cuts the connection of the client that has been connected longest. */
  cut(): void;
  /** Connections cut so far. */
  readonly cuts: number;
  readonly outages: number;
}

/** What can be done to an orchestrator's workers and clients; each is kept as an incident. */
export function createChaos(
  { pool, listener, incidents }: Orchestrator,
  say: (line: string) => void = () => undefined,
): Chaos {
  let cuts = 0;
  let outages = 0;
  const strike = (worker: WorkerInstance, blow: 'killed' | 'frozen'): void => {
    const { name, pid } = worker;
    if (pid === undefined) return;
    incidents.struck(name, blow);
    say(`${blow} ${name}, process ${pid}`);
    worker.signal(blow === 'killed' ? 'SIGKILL' : 'SIGSTOP');
  };
  return {
    kill: (worker) => strike(worker, 'killed'),
    freeze: (worker) => strike(worker, 'frozen'),
    outage() {
      outages++;
      for (const worker of pool.workers) strike(worker, 'killed');
    },
    cut() {
      if (listener.cutOne()) cuts++;
    },
    get cuts() {
      return cuts;
    },
    get outages() {
      return outages;
    },
  };
}

/** Does it at these intervals, to any worker that is well. Returns the function that ends it. */
export function repeatChaos(
  chaos: Chaos,
  { pool, incidents }: Orchestrator,
  { kill, freeze, cut, outage }: ChaosIntervals,
): () => void {
  const toAny = (strike: (worker: WorkerInstance) => void) => (): void => {
    const well = pool.workers.filter(({ name, address }) => address !== undefined && !incidents.isOpen(name));
    const worker = well[Math.floor(Math.random() * well.length)];
    if (worker !== undefined) strike(worker);
  };
  const timers = [
    every(kill, toAny(chaos.kill)),
    every(freeze, toAny(chaos.freeze)),
    every(cut, chaos.cut),
    every(outage, chaos.outage),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

function every(millis: number | undefined, action: () => void): NodeJS.Timeout | undefined {
  return millis === undefined ? undefined : setInterval(action, millis);
}
