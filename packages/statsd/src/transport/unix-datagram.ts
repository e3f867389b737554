import { setTimeout as sleep } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { reportFault } from '@org/instrument-core';
import { type Batch, lineCount } from '../encode/batch.ts';
import type { Destination } from '../settings.ts';
import type { Tally } from '../tally.ts';
import { type DatagramSocket, loadUnixDgram, type UnixDgram } from './load-unix-dgram.ts';
import type { Transport } from './transport.ts';

/** Packets sent at once, before the event loop has its turn: each is a system call. */
const BURST_PACKETS = 32;
/** What `unix-dgram` says when the receiver's queue is full. */
const CONGESTION = 1;
/** Waits for a receiver whose queue is full; a batch is given up after so many in a row. */
const CONGESTION_WAIT_MILLIS = 10;
const MAX_CONGESTIONS = 100;

type SendError = Error & { code?: number };

/**
 * Sends packets to a Unix datagram socket, as Datadog's Agent listens. The system tells when nobody listens, and when the
 * receiver is slow: then this waits, up to a second. A socket is open only while a batch is sent: sockets of `unix-dgram` keep
 * the process alive, and a receiver that was started again has another one under the same name.
 */
export class UnixDatagramTransport implements Transport {
  readonly #path: string;
  readonly #tally: Tally;
  readonly #module: UnixDgram;
  #socket: DatagramSocket | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when the package `unix-dgram` is missing. */
  constructor({ path }: Destination, tally: Tally) {
    this.#path = path;
    this.#tally = tally;
    this.#module = loadUnixDgram();
  }

  send(batch: Batch): Promise<Error | undefined> {
    const sent = this.#sending.then(() => this.#send(batch).finally(() => this.#disconnect()));
    // One that failed in a way nobody thought of does not stop those behind it.
    this.#sending = sent.catch(() => {});
    return sent;
  }

  sendNow(batch: Batch): void {
    for (let i = 0; i < batch.starts.length; i++) {
      if (this.#sendPacket(batch, i) === undefined) this.#count(batch, i);
    }
    this.#disconnect();
  }

  async flush(timeoutMillis: number): Promise<void> {
    const stop = new AbortController();
    const late = sleep(timeoutMillis, undefined, { signal: stop.signal }).catch(() => {});
    await Promise.race([this.#sending, late]);
    stop.abort();
  }

  async close(timeoutMillis: number): Promise<void> {
    await this.flush(timeoutMillis);
    this.#isClosed = true;
    this.#disconnect();
  }

  async #send(batch: Batch): Promise<Error | undefined> {
    for (let packet = 0; packet < batch.starts.length; packet++) {
      if (packet > 0 && packet % BURST_PACKETS === 0) await sleep(0);
      const error = await this.#sendPatiently(batch, packet);
      if (error === undefined) {
        this.#count(batch, packet);
        continue;
      }
      // What has failed now fails for the rest, too.
      this.#tally.drop(dropReason(error, this.#isClosed), lineCount(batch, packet));
      const failure = new Error(`StatsD at ${this.#path}: ${describe(error)}`);
      if (packet === 0) return failure;
      reportFault('statsd', `sending to ${this.#path}`, failure);
      return undefined;
    }
    return undefined;
  }

  async #sendPatiently(batch: Batch, packet: number): Promise<SendError | undefined> {
    for (let i = 0; ; i++) {
      const error = this.#isClosed ? new Error('the exporter is shut down') : this.#sendPacket(batch, packet);
      if (error === undefined || (error as SendError).code !== CONGESTION || i >= MAX_CONGESTIONS)
        return error;
      await sleep(CONGESTION_WAIT_MILLIS);
    }
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

  #count({ starts, ends, lines }: Batch, packet: number): void {
    this.#tally.sent(1, (ends[packet] as number) - (starts[packet] as number), lines[packet] as number);
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
