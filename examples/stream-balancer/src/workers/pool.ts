import { instrumentPerformance } from '@org/instrument';
import { respawns } from '../instruments.ts';
import { WorkerInstance } from './instance.ts';

/** The workers, named `worker-1` to `worker-N`. */
export class WorkerPool {
  readonly workers: readonly WorkerInstance[];
  readonly #onExit: (worker: WorkerInstance) => void;
  #respawned = 0;
  #isStopping = false;

  /** `onExit` is called for each process that ends before `stop`. */
  constructor(size: number, entry: string, onExit: (worker: WorkerInstance) => void) {
    this.workers = Array.from({ length: size }, (_, i) => new WorkerInstance(`worker-${i + 1}`, entry));
    this.#onExit = onExit;
  }

  /** Processes started in the place of others. */
  get respawned(): number {
    return this.#respawned;
  }

  /** Starts all of them; resolves when all serve. */
  async start(): Promise<void> {
    process.on('exit', this.#killAll);
    await Promise.all(this.workers.map((worker) => this.#start(worker)));
  }

  /** Starts a process in the place of one that is gone or does not answer. Throws when it does not come up. */
  @instrumentPerformance('balancer.respawn')
  async respawn(worker: WorkerInstance, signal: AbortSignal): Promise<void> {
    await worker.kill();
    if (this.#isStopping) return;
    await this.#start(worker, signal);
    this.#respawned++;
    respawns.add(1, { worker: worker.name });
  }

  /** Ends all processes, and waits for their end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.workers.map((worker) => worker.stop()));
    process.off('exit', this.#killAll);
  }

  async #start(worker: WorkerInstance, signal?: AbortSignal): Promise<void> {
    await worker.start(signal);
    worker.onExit(() => {
      if (!this.#isStopping) this.#onExit(worker);
    });
  }

  /** Nothing outlives this process, however it ends: a frozen worker would not notice. */
  readonly #killAll = (): void => {
    for (const worker of this.workers) worker.signal('SIGKILL');
  };
}
