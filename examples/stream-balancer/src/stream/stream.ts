import type { Socket } from 'node:net';
import { FrameError, type ReceivedFrame } from '../frame/frame.ts';
import { answerDuration, frames } from '../instruments.ts';
import type { WorkerInstance } from '../workers/instance.ts';
import { type Leg, openLeg } from './leg.ts';

/**
 * Frames of one stream that may wait for an answer; the client is not read beyond. They are what a new worker is sent
 * when the old one fails, so this bounds memory and what is done twice.
 */
const WINDOW = 64;

/** Moves in a row without an answer in between, after which the frame itself must be what no worker can bear. */
const MAX_FRUITLESS_MOVES = 16;

const received = frames.bind({ outcome: 'received' });
const answered = frames.bind({ outcome: 'answered' });
const replayed = frames.bind({ outcome: 'replayed' });
const duration = answerDuration.bind({});

/** A frame that waits for its answer. */
interface PendingFrame {
  readonly sequence: number;
  readonly bytes: Buffer;
  readonly receivedMillis: number;
}

/** What a stream tells the router. */
export interface StreamObserver {
  /** The connection to its worker is lost; the frames without an answer are kept. */
  onLost(stream: Stream, worker: WorkerInstance): void;
  /** It has an answer from the worker that it was moved to, so many milliseconds after it lost the one before. */
  onResumed(interruptionMillis: number): void;
}

/**
 * One client's stream: passes frames on to a worker and answers back, keeps what is not answered, and passes it on
 * again to the next worker. Answers are in order, each is given once.
 */
export class Stream {
  readonly id: number;
  readonly #client: Socket;
  readonly #observer: StreamObserver;
  readonly #pending: PendingFrame[] = [];
  #lastReceived: number;
  #leg: Leg | undefined;
  #worker: WorkerInstance | undefined;
  #fruitlessMoves = 0;
  #interruptedMillis: number | undefined;

  /** `answeredBefore`: the last answer that the client has from an earlier connection. */
  constructor(id: number, answeredBefore: number, client: Socket, observer: StreamObserver) {
    this.id = id;
    this.#client = client;
    this.#lastReceived = answeredBefore;
    this.#observer = observer;
    client.on('drain', () => this.#throttle());
  }

  /** The worker that serves it now. */
  get worker(): WorkerInstance | undefined {
    return this.#worker;
  }

  /** Takes a job of the client. @throws {FrameError} when it is not the next one. */
  take(frame: ReceivedFrame): void {
    if (frame.kind !== 'data' || frame.stream !== this.id || frame.sequence !== this.#lastReceived + 1) {
      const found = `${frame.kind} ${frame.sequence} of stream ${frame.stream}`;
      throw new FrameError(`${found} where data ${this.#lastReceived + 1} of stream ${this.id} is next`);
    }
    this.#lastReceived++;
    this.#pending.push({
      sequence: frame.sequence,
      bytes: frame.bytes,
      receivedMillis: performance.now(),
    });
    received.add(1);
    this.#leg?.write(frame.bytes);
    this.#throttle();
  }

  /** Has this worker serve it from now on, beginning with what is not answered. */
  serveBy(worker: WorkerInstance, port: number): void {
    this.detach();
    this.#worker = worker;
    this.#leg = openLeg(port, {
      onAnswer: (frame) => this.#answer(frame),
      onLost: () => {
        this.detach();
        this.#observer.onLost(this, worker);
      },
    });
    if (this.#interruptedMillis !== undefined) replayed.add(this.#pending.length);
    for (const { bytes } of this.#pending) this.#leg.write(bytes);
  }

  /** Leaves its worker: what that one still answers is not heard. */
  detach(): void {
    if (this.#worker === undefined) return;
    this.#leg?.close();
    this.#leg = undefined;
    this.#worker = undefined;
    this.#interruptedMillis ??= performance.now();
    if (this.#pending.length > 0 && ++this.#fruitlessMoves > MAX_FRUITLESS_MOVES) this.end();
  }

  /** Ends the client's connection: the client takes the stream up again when it likes. */
  end(): void {
    this.#client.destroy();
  }

  #answer(frame: ReceivedFrame): void {
    const [next] = this.#pending;
    if (frame.kind !== 'answer' || frame.stream !== this.id || frame.sequence !== next?.sequence) {
      throw new FrameError(`answer ${frame.sequence} where ${next?.sequence ?? 'none'} is next`);
    }
    this.#pending.shift();
    const now = performance.now();
    duration.record((now - next.receivedMillis) / 1000);
    answered.add(1);
    this.#fruitlessMoves = 0;
    if (this.#interruptedMillis !== undefined) {
      this.#observer.onResumed(now - this.#interruptedMillis);
      this.#interruptedMillis = undefined;
    }
    this.#client.write(frame.bytes);
    this.#throttle();
  }

  /** Reads the client only while there is room for its frames, and it reads what it is answered. */
  #throttle(): void {
    const isFull = this.#pending.length >= WINDOW || this.#client.writableNeedDrain;
    if (isFull) this.#client.pause();
    else if (this.#client.isPaused()) this.#client.resume();
  }
}
