import { instrumentPerformance } from '@org/instrument';
import { createDurations, type Durations } from '../durations.ts';
import { moves, openStreams } from '../instruments.ts';
import type { StreamTaker } from '../stream/listener.ts';
import type { Stream } from '../stream/stream.ts';
import type { WorkerInstance } from '../workers/instance.ts';
import { evenOut, leastLoaded } from './choose.ts';

/** Milliseconds between two looks for a worker for streams that have none. */
const WAITING_MILLIS = 50;

/**
 * Time in milliseconds that a stream waits for a worker; then its client is told by a cut connection, and may try
 * another balancer.
 */
const MAX_WAIT_MILLIS = 1500;

/** Why a stream is moved: its worker is gone, does not answer its heartbeats, or has more streams than others. */
export type MoveReason = 'lost' | 'unhealthy' | 'rebalanced';

/** A stream without a worker: since when, and why it is moved; a new one is not. */
interface Waiting {
  readonly sinceMillis: number;
  readonly reason: MoveReason | undefined;
}

/** Gives each stream to a worker, and to another one when that fails. */
export class Router implements StreamTaker {
  readonly #workers: () => readonly WorkerInstance[];
  readonly #streams = new Set<Stream>();
  readonly #waiting = new Map<Stream, Waiting>();
  readonly #timer: NodeJS.Timeout;
  readonly #moved: Record<MoveReason, number> = { lost: 0, unhealthy: 0, rebalanced: 0 };
  readonly #interruptions: Durations = createDurations();
  #isClosed = false;

  /** `workers` tells which may be given streams now: they have an address. */
  constructor(workers: () => readonly WorkerInstance[]) {
    this.#workers = workers;
    this.#timer = setInterval(() => this.#retry(), WAITING_MILLIS);
  }

  /** Streams moved so far, by reason. */
  get moved(): Readonly<Record<MoveReason, number>> {
    return this.#moved;
  }

  /** How long moved streams were without an answer: from the loss of one worker to the first answer of the next. */
  get interruptions(): Durations {
    return this.#interruptions;
  }

  /** Streams that are open, and those of them that no worker serves. */
  get streams(): { readonly open: number; readonly waiting: number } {
    return { open: this.#streams.size, waiting: this.#waiting.size };
  }

  add(stream: Stream): void {
    if (this.#isClosed) {
      stream.end();
      return;
    }
    this.#streams.add(stream);
    openStreams.add(1);
    this.route(stream);
  }

  remove(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    openStreams.add(-1);
    this.#waiting.delete(stream);
    stream.detach();
  }

  onLost(stream: Stream, worker: WorkerInstance): void {
    if (!this.#streams.has(stream)) return;
    this.route(stream, 'lost', worker);
  }

  onResumed(interruptionMillis: number): void {
    this.#interruptions.record(interruptionMillis);
  }

  /** Gives a stream to the least loaded worker but `avoid`; it waits when there is none. */
  @instrumentPerformance('balancer.route')
  route(stream: Stream, reason?: MoveReason, avoid?: WorkerInstance): void {
    const worker = leastLoaded(this.#loads().filter((load) => load.worker !== avoid));
    if (worker === undefined) {
      if (!this.#waiting.has(stream)) this.#waiting.set(stream, { sinceMillis: performance.now(), reason });
      return;
    }
    this.#waiting.delete(stream);
    this.#serve(stream, worker, reason);
  }

  /** Moves all streams off a worker that does not answer. */
  @instrumentPerformance('balancer.evacuate')
  evacuate(worker: WorkerInstance): void {
    for (const stream of this.#streams) {
      if (stream.worker !== worker) continue;
      stream.detach();
      this.route(stream, 'unhealthy', worker);
    }
  }

  /** Gives a worker that is new its share. */
  @instrumentPerformance('balancer.rebalance')
  rebalance(): void {
    for (const { from, to } of evenOut(this.#loads())) {
      const stream = [...this.#streams].find(({ worker }) => worker === from);
      if (stream !== undefined) this.#serve(stream, to, 'rebalanced');
    }
  }

  /** Ends all streams; those that come later are ended at once. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const stream of this.#streams) {
      this.remove(stream);
      stream.end();
    }
  }

  #loads(): { worker: WorkerInstance; streams: number }[] {
    const loads = new Map(this.#workers().map((worker) => [worker, { worker, streams: 0 }]));
    for (const { worker } of this.#streams) {
      const load = worker && loads.get(worker);
      if (load) load.streams++;
    }
    return [...loads.values()];
  }

  #serve(stream: Stream, worker: WorkerInstance, reason: MoveReason | undefined): void {
    if (worker.address === undefined) return;
    stream.serveBy(worker, worker.address.streamPort);
    if (reason === undefined) return;
    this.#moved[reason]++;
    moves.add(1, { reason });
  }

  #retry(): void {
    for (const [stream, { sinceMillis, reason }] of this.#waiting) {
      this.route(stream, reason);
      if (this.#waiting.has(stream) && performance.now() - sinceMillis > MAX_WAIT_MILLIS) stream.end();
    }
  }
}
