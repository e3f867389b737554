import type { StatsdInitOptions } from '../../options.ts';
import { age, attributeValue, bool, choice, duration, integer, leaf, list, pattern, text } from './leaves.ts';
import { type Entries, type Fields, fieldsOf, type Leaf, type Relation } from './rule.ts';

const PROTOCOL_VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4'];
/** What a UDP datagram can hold: 65,535 less the headers of IPv4 and UDP. */
const MAX_PACKET_BYTES = 65_507;
/** What fits into a Unix address, with the zero behind it (Linux, `sockaddr_un`). */
const MAX_PATH_BYTES = 107;
/** Below this, hardly a line fits. */
const MIN_PACKET_BYTES = 64;

const tags: Entries = {
  kind: 'entries',
  expectedKey: 'a key that is not empty',
  acceptsKey: (key) => key.trim() !== '',
  value: attributeValue,
};

/** Nothing is in every text. */
const resourceTags: Leaf = { ...pattern, accepts: (value) => value === '' || pattern.accepts(value) };

const quantile = leaf(
  'a number between 0 and 1, of at most six decimals',
  (value) => typeof value === 'number' && value > 0 && value < 1 && /^0\.\d{1,6}$/.test(String(value)),
  { reads: 'number' },
);

const containerId = leaf(
  'true, false or an id',
  (value) => typeof value === 'boolean' || (typeof value === 'string' && value !== ''),
);

const addressFits: Relation = (values, report) => {
  const { path, transport = path === undefined ? 'udp' : 'unix-datagram', framing } = values;
  const isUnix = transport === 'unix' || transport === 'unix-datagram';
  if (isUnix && path === undefined) report('path', `the file of the socket, since transport is ${transport}`);
  if (!isUnix && path !== undefined) {
    const fix = "Set transport to 'unix' or 'unix-datagram', or remove path.";
    report('path', `nothing, since transport is ${transport}`, fix);
  }
  for (const key of ['host', 'port', 'family']) {
    if (isUnix && values[key] !== undefined) {
      report(key, `nothing, since transport is ${transport}`, 'Remove it.');
    }
  }
  if (transport !== 'unix' && framing !== undefined) {
    report('framing', 'transport to be unix beside it', 'Remove it.');
  }
};

const protocolFits: Relation = (values, report) => {
  const { dialect = 'dogstatsd', protocolVersion = '1.0' } = values;
  for (const [key, since, isUsed] of [
    ['protocolVersion', '1.0', values.protocolVersion !== undefined],
    ['packedValues', '1.1', values.packedValues === true],
    ['containerId', '1.2', typeof values.containerId === 'string'],
    ['timestamps', '1.3', values.timestamps === true],
  ] as const) {
    if (!isUsed) continue;
    if (dialect !== 'dogstatsd') report(key, 'dialect to be dogstatsd beside it', 'Remove it.');
    else if (PROTOCOL_VERSIONS.indexOf(String(protocolVersion)) < PROTOCOL_VERSIONS.indexOf(since)) {
      report(key, `protocolVersion of at least ${since} beside it`, `Set protocolVersion: '${since}'.`);
    }
  }
};

/** The option `statsd`. What is right here is right to the exporter, which is loaded later. */
export const statsd: Fields = fieldsOf<StatsdInitOptions>(
  {
    dialect: choice(['dogstatsd', 'plain', 'influx', 'librato', 'signalfx']),
    transport: choice(['udp', 'tcp', 'unix', 'unix-datagram']),
    host: text('a host name or an IP address, without scheme and port', /^[^\s/[\]]+$/),
    port: integer(1, 65_535),
    family: leaf('4 or 6', (value) => value === 4 || value === 6, { reads: 'number' }),
    path: leaf(
      `a path of at most ${MAX_PATH_BYTES} bytes`,
      (value) => typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_PATH_BYTES,
      { reads: 'text' },
    ),
    framing: choice(['newline', 'length']),
    prefix: text('a text of letters, digits and . _ -', /^[A-Za-z0-9_.-]*$/),
    tags,
    resourceTags,
    histograms: choice(['samples', 'statistics', 'both']),
    sampleType: choice(['d', 'h', 'ms']),
    quantiles: list('a list of numbers', quantile),
    protocolVersion: choice(PROTOCOL_VERSIONS),
    packedValues: bool,
    containerId,
    timestamps: bool,
    maxPacketBytes: integer(MIN_PACKET_BYTES, MAX_PACKET_BYTES),
    maxBufferBytes: integer(0),
    dnsRefresh: age('zero'),
    timeout: duration('zero'),
    interval: duration(),
  },
  { switched: 'both', relations: [addressFits, protocolFits] },
);
