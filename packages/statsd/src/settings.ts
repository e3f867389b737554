import type { Attributes } from '@opentelemetry/api';
import { InstrumentError, parseDuration } from '@org/instrument-core';
import { type Destination, destinationOf } from './destination.ts';
import { createDialect } from './dialect/create-dialect.ts';
import type { DialectName, SampleType } from './dialect/dialect.ts';
import { has, INODES, PACKED_VALUES, type ProtocolVersion } from './dialect/dogstatsd.ts';
import { optionProblems } from './option-problems.ts';
import type { StatsdOptions, TransportName } from './options.ts';

const DEFAULT_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99];
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
  const isDogstatsd = dialect === 'dogstatsd';
  const destination = destinationOf(options, isDogstatsd, env);
  return {
    destination,
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
      maxPacketBytes: options.maxPacketBytes ?? DEFAULT_PACKET_BYTES[destination.transport],
    },
    timeoutMillis: parseDuration(options.timeout) ?? DEFAULT_TIMEOUT_MILLIS,
  };
}
