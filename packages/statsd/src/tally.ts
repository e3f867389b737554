import { countSelf } from '@org/instrument-core';
import type { TransportName } from './options.ts';

/**
 * Why lines were not sent: longer than a packet, a value that is no finite number, a gauge that another metric has set under
 * the same name and tags, nobody at the other end, a buffer that was full, a network that failed, a connection that broke, an
 * exporter that was shut down.
 */
export type DropReason =
  | 'too_long'
  | 'not_finite'
  | 'doubled'
  | 'unreachable'
  | 'buffer_full'
  | 'network'
  | 'connection_lost'
  | 'shutdown';

/** What an exporter has sent so far. */
export interface StatsdStatistics {
  /** Packets given to the operating system, and the bytes in them. */
  readonly packets: number;
  readonly bytes: number;
  /** Lines in those packets. */
  readonly lines: number;
  /** Lines that were not sent, by the reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

/** Counts what is sent and what is not, for the exporter and for the telemetry's own metrics. */
export class Tally {
  readonly #transport: TransportName;
  readonly #dropped = new Map<DropReason, number>();
  #packets = 0;
  #bytes = 0;
  #lines = 0;

  constructor(transport: TransportName) {
    this.#transport = transport;
  }

  /** Counts packets that were given to the operating system. */
  sent(packets: number, bytes: number, lines: number): void {
    if (packets === 0) return;
    this.#packets += packets;
    this.#bytes += bytes;
    this.#lines += lines;
    countSelf('instrument.statsd.packets', this.#transport, packets);
    countSelf('instrument.statsd.sent', this.#transport, bytes);
  }

  /** Counts lines that are given up. */
  drop(reason: DropReason, lines: number): void {
    if (lines === 0) return;
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + lines);
    countSelf('instrument.statsd.dropped', reason, lines);
  }

  statistics(): StatsdStatistics {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      lines: this.#lines,
      dropped: Object.fromEntries(this.#dropped),
    };
  }
}
