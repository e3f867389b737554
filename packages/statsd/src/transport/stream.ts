import type { NetConnectOpts, Socket } from 'node:net';
import { counted, DoublingWait, reasonOf, reportFault, startTimeout } from '@org/instrument-core';
import type { StreamDestination } from '../destination.ts';
import { type Batch, lineCount } from '../encode/batch.ts';
import type { DropReason, Tally } from '../tally.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { openStream } from './open-stream.ts';
import { type ReceiverWords, receiverWords } from './receiver-words.ts';
import type { Transport } from './transport.ts';

const FIRST_DELAY_MILLIS = 100;
const LONGEST_DELAY_MILLIS = 30_000;

/**
 * Sends lines by TCP or a Unix stream. While the receiver is away or slow, they are kept up to a bound; what does not fit
 * as a whole is not taken. A chunk that was being written when a connection broke is given up: it may have arrived, and what
 * arrives twice is worse than what does not.
 */
export class StreamTransport implements Transport {
  readonly #destination: StreamDestination;
  readonly #tally: Tally;
  readonly #words: ReceiverWords;
  readonly #queue: Chunk[] = [];
  readonly #idle = new Set<() => void>();
  #queuedBytes = 0;
  #socket: Socket | undefined;
  #isWriting = false;
  /** Whether there ever was something to send; until then, nobody misses the receiver. */
  #isUsed = false;
  #isClosed = false;
  readonly #wait = new DoublingWait(FIRST_DELAY_MILLIS, LONGEST_DELAY_MILLIS);
  /** Why there is no connection. */
  #lastFault: string | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(destination: StreamDestination, tally: Tally) {
    this.#destination = destination;
    this.#words = receiverWords(destination);
    this.#tally = tally;
    // In time for what is sent when the process ends before its first interval.
    this.#connect();
  }

  async send(batch: Batch): Promise<Error | undefined> {
    if (batch.starts.length === 0) return undefined;
    const lines = lineCount(batch);
    if (this.#isClosed) {
      this.#tally.drop('shutdown', lines);
      return new Error('The exporter is shut down');
    }
    if (!this.#isUsed) {
      this.#isUsed = true;
      // Whatever the attempts before have come to.
      this.#connectNow();
    }
    const chunks = chunksOf(batch, this.#destination.framing);
    const size = bytesOf(chunks);
    const { maxBufferBytes } = this.#destination;
    // A connection that takes everything gets batches of any size: they are there already.
    const isKeepingUp = this.#isConnected && this.#queue.length === 0;
    if (!isKeepingUp && this.#queuedBytes + size > maxBufferBytes) {
      this.#tally.drop('buffer_full', lines);
      this.#reach();
      const state = this.#isConnected ? 'takes nothing more' : 'is not connected';
      return new Error(
        `StatsD at ${this.#words.where} ${state}, and ${this.#queuedBytes} of ${maxBufferBytes} bytes are kept for it already`,
      );
    }
    this.#queue.push(...chunks);
    this.#queuedBytes += size;
    this.#pump();
    return undefined;
  }

  sendNow(batch: Batch): void {
    const chunks = chunksOf(batch, this.#destination.framing);
    const socket = this.#socket;
    if (socket === undefined || !this.#isConnected) {
      const last = [...this.#takeWaiting(), ...chunks];
      this.#loseAtEnd('unreachable', last, this.#lastFault ?? 'there is no connection');
      return;
    }
    // What is being written was not taken at once, and nobody will know any more what became of it.
    const unwritten = socket.writableLength > 0 ? this.#queue.slice(0, 1) : [];
    for (const chunk of [...this.#takeWaiting(), ...chunks]) {
      // Written at once, as far as the system's buffer takes it.
      socket.write(chunk.bytes);
      if (socket.writableLength > 0) unwritten.push(chunk);
    }
    this.#loseAtEnd('buffer_full', unwritten, 'it takes nothing more');
  }

  async flush(timeoutMillis: number): Promise<void> {
    if (this.#queue.length === 0) return;
    if (!this.#isConnected) this.#connectNow();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        this.#idle.delete(done);
        resolve();
      };
      // Keeps the process alive for as long, and no longer.
      const stop = startTimeout(timeoutMillis, done, { ref: true });
      this.#idle.add(done);
    });
  }

  whyLate(): string | undefined {
    if (this.#queue.length === 0) return undefined;
    return `StatsD at ${this.#words.where}: ${this.#lastFault ?? 'it has not taken everything'}`;
  }

  async close(timeoutMillis: number): Promise<void> {
    await this.flush(timeoutMillis);
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const given = this.#queue.splice(0);
    this.#tally.drop('shutdown', linesOf(given));
    if (given.length === 0 && this.#isConnected) this.#socket?.destroySoon();
    else this.#socket?.destroy();
  }

  /** Whether there is a connection, and neither side has ended it: what is written to one that is ended is lost. */
  get #isConnected(): boolean {
    return this.#socket?.writable === true && !this.#socket.connecting;
  }

  #pump(): void {
    if (this.#queue.length === 0) {
      for (const done of this.#idle) done();
      return;
    }
    const socket = this.#socket;
    if (socket === undefined || !this.#isConnected) {
      this.#reach();
      return;
    }
    if (this.#isWriting) return;
    this.#isWriting = true;
    const { bytes, packets, lines } = this.#queue[0] as Chunk;
    socket.write(bytes, (error) => {
      this.#isWriting = false;
      // Not there any more after close().
      if (this.#isClosed) return;
      this.#queue.shift();
      this.#queuedBytes -= bytes.length;
      // Node tells of no error where the connection broke meanwhile. The rest is for the next one, which follows on its end.
      if (error || socket.destroyed) this.#tally.drop('connection_lost', lines);
      else this.#tally.sent(packets, bytes.length, lines);
      this.#pump();
    });
  }

  /** Counts and tells what is left when the process ends. */
  #loseAtEnd(reason: DropReason, chunks: readonly Chunk[], why: string): void {
    const lost = linesOf(chunks);
    if (lost === 0) return;
    this.#tally.drop(reason, lost);
    const message = `${counted(lost, 'line')} lost with the end of the process: ${why}`;
    reportFault('statsd', `sending what was left to ${this.#words.where}`, new Error(message));
  }

  /** Takes out all but what is being written: that counts when it is known what became of it. */
  #takeWaiting(): Chunk[] {
    const waiting = this.#queue.splice(this.#isWriting ? 1 : 0);
    this.#queuedBytes -= bytesOf(waiting);
    return waiting;
  }

  /** Connects, unless that is under way. */
  #reach(): void {
    if (this.#retry === undefined) this.#connect();
  }

  #connectNow(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connect();
  }

  #connect(): void {
    if (this.#socket !== undefined || this.#isClosed) return;
    // The name is looked up again for each connection.
    const socket = openStream(this.#address());
    this.#socket = socket;
    let wasConnected = false;
    socket.on('connect', () => {
      wasConnected = true;
      this.#wait.reset();
      this.#lastFault = undefined;
      socket.setKeepAlive(true);
      this.#pump();
    });
    socket.on('error', (error) => {
      this.#lastFault = this.#words.explain(reasonOf(error));
      if (!this.#isUsed) return;
      reportFault('statsd', `the connection to ${this.#words.where}`, new Error(this.#lastFault));
    });
    socket.on('close', () => this.#disconnected(wasConnected));
    // Nothing is said to us; but that the other side ends is only noticed by reading.
    socket.resume();
  }

  #address(): NetConnectOpts {
    const destination = this.#destination;
    if (destination.transport === 'unix') return { path: destination.path };
    const { host, port, family } = destination;
    return { host, port, ...(family === undefined ? {} : { family }) };
  }

  #disconnected(wasConnected: boolean): void {
    this.#socket = undefined;
    if (this.#isClosed) return;
    if (wasConnected) {
      this.#pump();
      return;
    }
    // Up to half as much again, so that not all processes come back at once.
    const delayMillis = this.#wait.next() * (1 + Math.random() / 2);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#connect();
    }, delayMillis).unref();
  }
}

function linesOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { lines }) => sum + lines, 0);
}

function bytesOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
