import { setTimeout as sleep } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { reportFault, within } from '@org/instrument-core';
import type { UnixDatagramDestination } from '../destination.ts';
import type { Batch } from '../encode/batch.ts';
import type { Tally } from '../tally.ts';
import { type DatagramSocket, loadUnixDgram, type UnixDgram } from './load-unix-dgram.ts';
import { type ReceiverWords, receiverWords } from './receiver-words.ts';
import type { Transport } from './transport.ts';

/** Packets sent at once, before the event loop has its turn: each is a system call. */
const BURST_PACKETS = 32;
/** What `unix-dgram` says when the receiver's queue is full. */
const CONGESTION = 1;
/** Waits for a receiver whose queue is full; a batch is given up after so many in a row. */
const CONGESTION_WAIT_MILLIS = 10;
const MAX_CONGESTIONS = 100;

type SendError = Error & { code?: number };

/** A batch, and the first packet of it that is neither sent nor given up. */
interface Progress {
  readonly batch: Batch;
  next: number;
}

/**
 * Sends packets to a Unix datagram socket, as Datadog's Agent listens. The system tells when nobody listens, and when the
 * receiver is slow: then this waits, up to a second. A socket is open only while a batch is sent: sockets of `unix-dgram` keep
 * the process alive, and a receiver that was started again has another one under the same name.
 */
export class UnixDatagramTransport implements Transport {
  readonly #path: string;
  readonly #words: ReceiverWords;
  readonly #tally: Tally;
  readonly #module: UnixDgram;
  #socket: DatagramSocket | undefined;
  /** What is being sent, and what waits for it, in order. */
  readonly #queue: Progress[] = [];
  #sending: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when the package `unix-dgram` is missing. */
  constructor(destination: UnixDatagramDestination, tally: Tally) {
    this.#path = destination.path;
    this.#words = receiverWords(destination);
    this.#tally = tally;
    this.#module = loadUnixDgram();
  }

  send(batch: Batch): Promise<Error | undefined> {
    const progress = { batch, next: 0 };
    this.#queue.push(progress);
    const sent = this.#sending.then(() =>
      this.#send(progress).finally(() => {
        this.#queue.shift();
        this.#disconnect();
      }),
    );
    // One that failed in a way nobody thought of does not stop those behind it.
    this.#sending = sent.catch(() => {});
    return sent;
  }

  sendNow(batch: Batch): void {
    for (const progress of [...this.#queue, { batch, next: 0 }]) {
      while (progress.next < progress.batch.starts.length) {
        const error = this.#sendNext(progress);
        // A receiver that is slow may take the one behind it.
        if (error !== undefined) this.#giveUp(progress, error, progress.next + 1);
      }
    }
    this.#disconnect();
  }

  async flush(timeoutMillis: number): Promise<void> {
    await within(this.#sending, timeoutMillis, () => {}, { ref: true });
  }

  async close(timeoutMillis: number): Promise<void> {
    await this.flush(timeoutMillis);
    this.#isClosed = true;
    this.#disconnect();
  }

  async #send(progress: Progress): Promise<Error | undefined> {
    while (progress.next < progress.batch.starts.length) {
      if (progress.next > 0 && progress.next % BURST_PACKETS === 0) await sleep(0);
      const error = await this.#sendPatiently(progress);
      if (error === undefined) continue;
      const isNothingSent = progress.next === 0;
      // What has failed now fails for the rest, too.
      this.#giveUp(progress, error, progress.batch.starts.length);
      const { where, explain } = this.#words;
      const isElsewhere = dropReason(error, this.#isClosed) === 'unreachable';
      const failure = new Error(
        `StatsD at ${where}: ${isElsewhere ? explain(describe(error)) : describe(error)}`,
      );
      if (isNothingSent) return failure;
      reportFault('statsd', `sending to ${where}`, failure);
    }
    return undefined;
  }

  async #sendPatiently(progress: Progress): Promise<SendError | undefined> {
    // During a wait all may have been sent, since the process was about to end.
    for (let i = 0; progress.next < progress.batch.starts.length; i++) {
      const error = this.#isClosed ? new Error('the exporter is shut down') : this.#sendNext(progress);
      if (error === undefined || (error as SendError).code !== CONGESTION || i >= MAX_CONGESTIONS)
        return error;
      await sleep(CONGESTION_WAIT_MILLIS);
    }
    return undefined;
  }

  #sendNext(progress: Progress): SendError | undefined {
    const { batch, next } = progress;
    const error = this.#sendPacket(batch, next);
    if (error !== undefined) return error;
    progress.next++;
    const { starts, ends, lines } = batch;
    this.#tally.sent(1, (ends[next] as number) - (starts[next] as number), lines[next] as number);
    return undefined;
  }

  #giveUp(progress: Progress, error: SendError, end: number): void {
    const { lines } = progress.batch;
    let lost = 0;
    for (; progress.next < end; progress.next++) lost += lines[progress.next] as number;
    this.#tally.drop(dropReason(error, this.#isClosed), lost);
  }

  #sendPacket({ bytes, starts, ends }: Batch, packet: number): SendError | undefined {
    const payload = bytes.subarray(starts[packet], ends[packet]);
    const wasConnected = this.#socket !== undefined;
    const error = this.#trySend(payload);
    // Of the receiver that was there before.
    return error === undefined || error.code === CONGESTION || !wasConnected ? error : this.#trySend(payload);
  }

  #trySend(payload: Buffer): SendError | undefined {
    let failure = this.#connect();
    if (failure !== undefined) return failure;
    this.#socket?.send(payload, (error) => {
      failure = error;
    });
    if (failure !== undefined && (failure as SendError).code !== CONGESTION) this.#disconnect();
    return failure;
  }

  #connect(): SendError | undefined {
    if (this.#socket !== undefined) return undefined;
    let failure: SendError | undefined;
    try {
      const socket = this.#module.createSocket('unix_dgram');
      // Emitted before connect() returns.
      socket.on('error', (error: SendError) => {
        failure = error;
      });
      socket.connect(this.#path);
      if (failure === undefined) this.#socket = socket;
      else socket.close();
    } catch (error) {
      failure = error as SendError;
    }
    return failure;
  }

  #disconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

function dropReason({ code }: SendError, isClosed: boolean): 'shutdown' | 'buffer_full' | 'unreachable' {
  if (isClosed) return 'shutdown';
  return code === CONGESTION ? 'buffer_full' : 'unreachable';
}

/** The package gives numbers only. */
function describe({ code, message }: SendError): string {
  if (code === CONGESTION) return 'the receiver is too slow';
  return typeof code === 'number' && code < 0 ? getSystemErrorName(code) : message;
}
