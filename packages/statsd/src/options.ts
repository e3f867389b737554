import type { Attributes } from '@opentelemetry/api';
import type { Duration } from '@org/instrument-core';
import type { DialectName, SampleType } from './dialect/dialect.ts';
import type { ProtocolVersion } from './dialect/dogstatsd.ts';

/** How lines get to the receiver. Unix datagrams need the package `unix-dgram`, which is not installed with this one. */
export type TransportName = 'udp' | 'tcp' | 'unix' | 'unix-datagram';

/** How packets are told apart in a stream: by a line feed, or by their length in front (what Datadog's Agent wants). */
export type Framing = 'newline' | 'length';

/** Options of {@link createStatsdExporter}. */
export interface StatsdOptions {
  /** How lines are written. Default `dogstatsd`, which most receivers read, tags included. */
  readonly dialect?: DialectName | undefined;
  /** Default `unix-datagram` when `path` is given (as the Agent listens), otherwise `udp`. */
  readonly transport?: TransportName | undefined;
  /**
   * Host name or address of the receiver. Names are resolved anew every `dnsRefresh`. Default for DogStatsD what
   * `DD_AGENT_HOST` says, otherwise `127.0.0.1`.
   */
  readonly host?: string | undefined;
  /** Port. Default for DogStatsD what `DD_DOGSTATSD_PORT` says, otherwise 8125. */
  readonly port?: number | undefined;
  /** Family of the address, where a name has both. Default: IPv4 first. */
  readonly family?: 4 | 6 | undefined;
  /** File of the Unix socket. */
  readonly path?: string | undefined;
  /** For `unix` only. Default `length` for DogStatsD, otherwise `newline`. */
  readonly framing?: Framing | undefined;
  /** Put before each name, with a dot between. Default none. */
  readonly prefix?: string | undefined;
  /** Tags of every series; attributes of the same name win over them. Default none. */
  readonly tags?: Attributes | undefined;
  /** Resource attributes whose names match become tags of every series: a regular expression. Default none. */
  readonly resourceTags?: RegExp | string | undefined;
  /**
   * How histograms are sent: as `samples`, values that stand for those recorded; as `statistics`: `.count`, `.sum`, `.min`,
   * `.max` and quantiles; or as `both`. Default `samples`.
   */
  readonly histograms?: 'samples' | 'statistics' | 'both' | undefined;
  /**
   * Type of the samples. Timers, `ms`, are in milliseconds, whatever unit of time the histogram has. Default `d` for
   * DogStatsD, which knows distributions; for the other dialects `ms`, which all of them know.
   */
  readonly sampleType?: SampleType | undefined;
  /** Quantiles among the statistics, between 0 and 1. Default 0.5, 0.9, 0.95, 0.99. */
  readonly quantiles?: readonly number[] | undefined;
  /**
   * Version of DogStatsD's protocol. From 1.1 on, values of a histogram are packed into one line; from 1.2 on, lines have
   * the container's id. Default `1.0`, which every receiver reads.
   */
  readonly protocolVersion?: ProtocolVersion | undefined;
  /**
   * For DogStatsD from 1.1 on: several values of a histogram stand in one line. The collector's receiver, which reads what
   * later versions brought, does not read these. Default `true`.
   */
  readonly packedValues?: boolean | undefined;
  /**
   * For DogStatsD from 1.2 on: the container's id, or whether the resource's `container.id` is sent; from 1.4 on the inode
   * of the control group where there is none. Default `true`.
   */
  readonly containerId?: string | boolean | undefined;
  /**
   * For DogStatsD from 1.3 on: counts and gauges have the time of their collection. The Agent then sums up nothing: of
   * several processes with the same tags, one value a second survives. Default `false`.
   */
  readonly timestamps?: boolean | undefined;
  /**
   * Longest packet, and longest line. Default 1,432 for UDP (Ethernet's MTU less the headers of IPv6 and UDP), 8,192 for
   * Unix sockets (what the Agent reads at once), 4,095 for TCP (where statsd_exporter ends the connection over a line).
   */
  readonly maxPacketBytes?: number | undefined;
  /** For connections: bytes kept while the receiver is away or slow. What comes on top is dropped. Default 4 MiB. */
  readonly maxBufferBytes?: number | undefined;
  /** How long an address that a name was resolved to is used. Default 30 s. */
  readonly dnsRefresh?: Duration | undefined;
  /** Longest time for `forceFlush()` and `shutdown()` to hand over what is buffered. Default 5 s. */
  readonly timeout?: Duration | undefined;
}
