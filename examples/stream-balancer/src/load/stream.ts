import { connect, type Socket } from 'node:net';
import { encodeFrame, type Frame, type ReceivedFrame } from '../frame/frame.ts';
import { createFrameReader } from '../frame/reader.ts';
import { digest } from '../worker/digest.ts';
import { randomPayload } from './payload.ts';
import type { LoadTally } from './tally.ts';

/** Frames that may be without an answer; no new ones are made beyond. */
const WINDOW = 32;

/** Waits in milliseconds until a broken stream is opened again: at first, and at most after doubling. */
const FIRST_WAIT_MILLIS = 25;
const LONGEST_WAIT_MILLIS = 1000;

/** A frame without an answer. */
interface Unanswered {
  readonly frame: Frame;
  readonly bytes: Buffer;
  readonly sentMillis: number;
}

/**
 * The client of one stream. Sends jobs, verifies each answer by doing the job itself, and when the connection breaks
 * takes the stream up again behind the last answer it has.
 */
export class LoadStream {
  readonly #id: number;
  readonly #port: number;
  readonly #tally: LoadTally;
  readonly #unanswered: Unanswered[] = [];
  #lastSent = 0;
  #lastAnswered = 0;
  #socket: Socket | undefined;
  #isConnected = false;
  #wait = FIRST_WAIT_MILLIS;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(id: number, port: number, tally: LoadTally) {
    this.#id = id;
    this.#port = port;
    this.#tally = tally;
    this.#open();
  }

  /** Whether every frame has its answer. */
  get isIdle(): boolean {
    return this.#unanswered.length === 0;
  }

  /** Makes a frame and sends it, unless too many wait for their answers. */
  send(): void {
    if (this.#unanswered.length >= WINDOW) return;
    const frame: Frame = {
      kind: 'data',
      stream: this.#id,
      sequence: ++this.#lastSent,
      payload: randomPayload(),
    };
    const bytes = encodeFrame(frame);
    this.#unanswered.push({ frame, bytes, sentMillis: performance.now() });
    this.#tally.sent++;
    if (this.#isConnected) this.#socket?.write(bytes);
  }

  /** Ends the stream, and any wish to take it up again. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #open(): void {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    const read = createFrameReader();
    socket.on('connect', () => {
      this.#isConnected = true;
      this.#tally.connected++;
      const opening = { kind: 'open', stream: this.#id, sequence: this.#lastAnswered } as const;
      socket.write(encodeFrame({ ...opening, payload: Buffer.alloc(0) }));
      for (const { bytes } of this.#unanswered) socket.write(bytes);
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of read(chunk)) this.#take(frame);
      } catch {
        socket.destroy();
      }
    });
    // Without a listener an error would end the process; `close` follows it.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#reopen());
  }

  #reopen(): void {
    if (this.#isConnected) this.#tally.connected--;
    this.#isConnected = false;
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#tally.reconnects++;
      this.#tally.resent += this.#unanswered.length;
      this.#open();
    }, this.#wait);
    this.#wait = Math.min(LONGEST_WAIT_MILLIS, this.#wait * 2);
  }

  #take({ sequence, payload }: ReceivedFrame): void {
    const [next] = this.#unanswered;
    if (sequence <= this.#lastAnswered) {
      this.#tally.duplicates++;
      return;
    }
    if (next === undefined || sequence !== next.frame.sequence) {
      this.#tally.outOfOrder++;
      return;
    }
    this.#unanswered.shift();
    this.#lastAnswered = sequence;
    this.#wait = FIRST_WAIT_MILLIS;
    this.#tally.answered++;
    this.#tally.latency.record(performance.now() - next.sentMillis);
    if (digest(next.frame).equals(payload)) this.#tally.verified++;
    else this.#tally.wrong++;
  }
}
