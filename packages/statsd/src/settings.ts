import type { Attributes } from '@opentelemetry/api';
import { InstrumentError, parseDuration } from '@org/instrument-core';
import { createDialect } from './dialect/create-dialect.ts';
import type { DialectName, SampleType } from './dialect/dialect.ts';
import { has, INODES, PACKED_VALUES, type ProtocolVersion } from './dialect/dogstatsd.ts';
import { optionProblems } from './option-problems.ts';
import type { Framing, StatsdOptions, TransportName } from './options.ts';

/** The port of StatsD. */
const DEFAULT_PORT = 8125;
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99];
const DEFAULT_BUFFER_BYTES = 4 * 1_024 * 1_024;
const DEFAULT_DNS_REFRESH_MILLIS = 30_000;
const DEFAULT_TIMEOUT_MILLIS = 5_000;
const DEFAULT_PACKET_BYTES: Readonly<Record<TransportName, number>> = {
  // Ethernet's MTU less the headers of IPv6 and UDP (statsd, docs/metric_types.md, "Multi-Metric Packets").
  udp: 1_432,
  // Go's bufio.Reader, line feed included: statsd_exporter closes connections over longer lines.
  tcp: 4_095,
  // dogstatsd_buffer_size of Datadog's Agent.
  unix: 8_192,
  'unix-datagram': 8_192,
};

/** Where lines go. */
export interface Destination {
  readonly transport: TransportName;
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6 | undefined;
  readonly path: string;
  /** What sets the address, for messages: options, and variables that are read where they are not given. */
  readonly setBy: string;
  readonly framing: Framing;
  readonly maxBufferBytes: number;
  readonly dnsRefreshMillis: number;
}

/** How metrics become lines. */
export interface Form {
  readonly dialect: DialectName;
  readonly protocolVersion: ProtocolVersion;
  readonly packsValues: boolean;
  readonly containerId: string | boolean;
  readonly usesInode: boolean;
  readonly timestamps: boolean;
  /** With its dot, or empty. */
  readonly prefix: string;
  readonly tags: Attributes;
  readonly resourceTags: RegExp | undefined;
  readonly samples: boolean;
  readonly statistics: boolean;
  readonly sampleType: SampleType;
  readonly quantiles: readonly number[];
  readonly maxPacketBytes: number;
}

/** Options with the defaults filled in. */
export interface Settings {
  readonly destination: Destination;
  readonly form: Form;
  readonly timeoutMillis: number;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with everything that is wrong.
 */
export function resolveSettings(options: StatsdOptions, env: NodeJS.ProcessEnv = process.env): Settings {
  const problems = optionProblems(options);
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The options of StatsD are wrong', problems);
  }
  const { dialect = 'dogstatsd', protocolVersion = '1.0', histograms = 'samples', prefix = '' } = options;
  const transport = options.transport ?? (options.path === undefined ? 'udp' : 'unix-datagram');
  const isDogstatsd = dialect === 'dogstatsd';
  const ofAgent = isDogstatsd ? agentAddress(env) : {};
  return {
    destination: {
      transport,
      host: options.host ?? ofAgent.host ?? DEFAULT_HOST,
      port: options.port ?? ofAgent.port ?? DEFAULT_PORT,
      family: options.family,
      path: options.path ?? '',
      setBy: options.path === undefined ? addressSettings(options, ofAgent) : 'statsd.path',
      framing: options.framing ?? (isDogstatsd && transport === 'unix' ? 'length' : 'newline'),
      maxBufferBytes: options.maxBufferBytes ?? DEFAULT_BUFFER_BYTES,
      dnsRefreshMillis: parseDuration(options.dnsRefresh) ?? DEFAULT_DNS_REFRESH_MILLIS,
    },
    form: {
      dialect,
      protocolVersion,
      packsValues: (options.packedValues ?? true) && isDogstatsd && has(protocolVersion, PACKED_VALUES),
      containerId: options.containerId ?? true,
      usesInode: has(protocolVersion, INODES),
      timestamps: options.timestamps ?? false,
      prefix: prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`,
      tags: options.tags ?? {},
      resourceTags: options.resourceTags === undefined ? undefined : new RegExp(options.resourceTags),
      samples: histograms !== 'statistics',
      statistics: histograms !== 'samples',
      sampleType:
        options.sampleType ??
        createDialect(dialect, { version: protocolVersion, containerId: undefined }).sampleType,
      quantiles: options.quantiles ?? DEFAULT_QUANTILES,
      maxPacketBytes: options.maxPacketBytes ?? DEFAULT_PACKET_BYTES[transport],
    },
    timeoutMillis: parseDuration(options.timeout) ?? DEFAULT_TIMEOUT_MILLIS,
  };
}

function addressSettings(options: StatsdOptions, ofAgent: ReturnType<typeof agentAddress>): string {
  const isHostOfAgent = options.host === undefined && ofAgent.host !== undefined;
  const isPortOfAgent = options.port === undefined && ofAgent.port !== undefined;
  const host = isHostOfAgent ? 'DD_AGENT_HOST' : 'statsd.host';
  return `${host} and ${isPortOfAgent ? 'DD_DOGSTATSD_PORT' : 'statsd.port'}`;
}

/** Where Datadog's Agent is, as its clients are told; what is no port is as if it were not said. */
function agentAddress(env: NodeJS.ProcessEnv): { host?: string; port?: number } {
  const host = env.DD_AGENT_HOST?.trim();
  const port = Number(env.DD_DOGSTATSD_PORT);
  return {
    ...(host ? { host } : {}),
    ...(Number.isInteger(port) && port > 0 && port <= 65_535 ? { port } : {}),
  };
}
