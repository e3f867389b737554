import type { Socket } from 'node:dgram';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, reportFault, within } from '@org/instrument-core';
import type { UdpDestination } from '../destination.ts';
import { type Batch, lineCount } from '../encode/batch.ts';
import type { Tally } from '../tally.ts';
import { type ReceiverWords, receiverWords } from './receiver-words.ts';
import type { Lookup } from './resolve-address.ts';
import type { Transport } from './transport.ts';
import { UdpSocket } from './udp-socket.ts';

/**
 * Packets sent at once; then a pause. Linux gives a socket 208 KiB to be read from, which are about 90 packets with what
 * it adds to each: what comes faster than a receiver reads is lost there, and nobody is told. Like this, one that gets no CPU
 * for ten milliseconds loses nothing, and 10,000 series take about 60 ms.
 */
const BURST_PACKETS = 16;
const PAUSE_MILLIS = 2;

/** What became of one batch. */
interface Progress {
  readonly batch: Batch;
  /** The first packet that the system was not given. */
  next: number;
  packets: number;
  bytes: number;
  lines: number;
  /** Packets of which the other side says that nobody took them. */
  refused: number;
  /** Lines that the system would not send. */
  failed: number;
  /** Lines not sent because those before were refused. */
  unreached: number;
  error: Error | undefined;
}

/**
 * Sends packets by UDP, to a connected socket: the only way to hear that nobody listens. The answer to a packet comes with
 * a later one, or beside; where all packets of a batch were refused, it was not taken.
 */
export class UdpTransport implements Transport {
  readonly #socket: UdpSocket;
  readonly #tally: Tally;
  readonly #words: ReceiverWords;
  #progress: Progress | undefined;
  /** What is being sent, and what waits for it, in order. */
  readonly #queue: Progress[] = [];
  #sending: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** @param lookup stands for the system's */
  constructor(destination: UdpDestination, tally: Tally, lookup?: Lookup) {
    this.#words = receiverWords(destination);
    this.#tally = tally;
    this.#socket = new UdpSocket(destination, () => this.#refused(), lookup);
    // In time for what is sent when the process ends before its first interval; what fails is told when something is sent.
    this.#socket.connected().catch(() => {});
  }

  send(batch: Batch): Promise<Error | undefined> {
    const progress = progressOf(batch);
    this.#queue.push(progress);
    const sent = this.#sending.then(() => this.#send(progress).finally(() => this.#queue.shift()));
    // One that failed in a way nobody thought of does not stop those behind it.
    this.#sending = sent.catch(() => {});
    return sent;
  }

  sendNow(batch: Batch): void {
    const socket = this.#socket.newest();
    if (socket === undefined) return;
    for (const progress of this.#queue) sendRest(socket, progress);
    const { packets, bytes, lines } = sendRest(socket, progressOf(batch));
    this.#tally.sent(packets, bytes, lines);
  }

  async flush(timeoutMillis: number): Promise<void> {
    await within(this.#sending, timeoutMillis, () => {}, { ref: true });
  }

  async close(timeoutMillis: number): Promise<void> {
    await this.flush(timeoutMillis);
    this.#isClosed = true;
    this.#socket.close();
  }

  async #send(progress: Progress): Promise<Error | undefined> {
    const { batch } = progress;
    try {
      if (this.#isClosed) throw new Error('The exporter is shut down');
      await this.#socket.connected();
    } catch (error) {
      this.#tally.drop(this.#isClosed ? 'shutdown' : 'unreachable', lineCount(batch));
      const { where, explain } = this.#words;
      const reason = this.#isClosed ? reasonOf(error) : explain(reasonOf(error));
      return new Error(`StatsD at ${where} cannot be reached: ${reason}`);
    }
    this.#progress = progress;
    while (progress.next < batch.starts.length) {
      if (progress.next > 0) await sleep(PAUSE_MILLIS);
      // Another one when the name leads elsewhere since, and none once closed.
      const socket = this.#socket.newest();
      if (socket === undefined) break;
      await this.#sendBurst(socket, progress);
    }
    // Time for the answer to the last packet, which comes at once where the receiver is on the same machine: the first turn
    // may be without a look at the sockets.
    await nextTurn();
    await nextTurn();
    this.#progress = undefined;
    return this.#settle(progress);
  }

  #sendBurst(socket: Socket, progress: Progress): Promise<void> {
    return new Promise((resolve) => {
      const first = progress.next;
      progress.next = Math.min(first + BURST_PACKETS, progress.batch.starts.length);
      let pending = progress.next - first;
      const settled = (): void => {
        pending--;
        if (pending === 0) resolve();
      };
      for (let i = first; i < progress.next; i++) this.#sendPacket(socket, progress, i, settled, true);
      // All was sent during the pause, since the process was about to end.
      if (pending === 0) resolve();
    });
  }

  #sendPacket(
    socket: Socket,
    progress: Progress,
    packet: number,
    settled: () => void,
    mayRetry: boolean,
  ): void {
    const { bytes, starts, ends, lines } = progress.batch;
    const start = starts[packet] as number;
    const size = (ends[packet] as number) - start;
    const done = (error: Error | null): void => {
      if (error === null) {
        progress.packets++;
        progress.bytes += size;
        progress.lines += lines[packet] as number;
      } else if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
        // It speaks of a packet before, and this one was not sent for it. What the first one hears is of another batch.
        if (packet > 0 || !mayRetry) progress.refused++;
        if (mayRetry) {
          this.#sendPacket(socket, progress, packet, settled, false);
          return;
        }
        progress.unreached += lines[packet] as number;
      } else if (!this.#isClosed) {
        progress.error = error;
        progress.failed += lines[packet] as number;
      }
      settled();
    };
    try {
      socket.send(bytes, start, size, done);
    } catch (error) {
      // Closed meanwhile.
      done(error as Error);
    }
  }

  #refused(): void {
    if (this.#progress !== undefined) this.#progress.refused++;
  }

  #settle({ batch, packets, bytes, lines, refused, failed, unreached, error }: Progress): Error | undefined {
    const arrived = Math.max(0, packets - refused);
    // Which packets were refused is not told; they are all filled alike.
    const share = packets === 0 ? 0 : arrived / packets;
    const arrivedLines = Math.round(lines * share);
    this.#tally.sent(arrived, Math.round(bytes * share), arrivedLines);
    this.#tally.drop('unreachable', lines - arrivedLines + unreached);
    this.#tally.drop('network', failed);
    const left = lineCount(batch) - lines - failed - unreached;
    this.#tally.drop('shutdown', left);
    if (arrived === batch.starts.length) return undefined;
    const { where, explain } = this.#words;
    const why = error === undefined ? 'nobody listens there' : reasonOf(error);
    const reason = error === undefined && left > 0 ? 'the exporter is shut down' : explain(why);
    if (arrived > 0) {
      reportFault('statsd', `sending to ${where}`, new Error(reason));
      return undefined;
    }
    if (error === undefined) this.#socket.expire();
    else this.#socket.forget();
    return new Error(`StatsD at ${where}: ${reason}`);
  }
}

function progressOf(batch: Batch): Progress {
  return {
    batch,
    next: 0,
    packets: 0,
    bytes: 0,
    lines: 0,
    refused: 0,
    failed: 0,
    unreached: 0,
    error: undefined,
  };
}

/** Gives the system all packets that it does not have yet. */
function sendRest(socket: Socket, progress: Progress): Progress {
  const { bytes, starts, ends, lines } = progress.batch;
  while (progress.next < starts.length) {
    const packet = progress.next++;
    const start = starts[packet] as number;
    const size = (ends[packet] as number) - start;
    // Node tries at once, and only waits where the system's buffer is full.
    socket.send(bytes, start, size);
    progress.packets++;
    progress.bytes += size;
    progress.lines += lines[packet] as number;
  }
  return progress;
}
