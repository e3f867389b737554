import { parseDuration } from '@org/instrument-core';
import type { Framing, StatsdOptions, TransportName } from './options.ts';

/** The port of StatsD. */
const DEFAULT_PORT = 8125;
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_BUFFER_BYTES = 4 * 1_024 * 1_024;
const DEFAULT_DNS_REFRESH_MILLIS = 30_000;

interface Settable {
  /** What sets the address, for messages: options, and variables that are read where they are not given. */
  readonly setBy: string;
}

/** A receiver at a port. */
interface PortAddress extends Settable {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6 | undefined;
}

/** A receiver at a Unix socket. */
interface SocketAddress extends Settable {
  readonly path: string;
}

interface Streamed {
  readonly framing: Framing;
  readonly maxBufferBytes: number;
}

/** A receiver of datagrams at a port. */
export interface UdpDestination extends PortAddress {
  readonly transport: 'udp';
  readonly dnsRefreshMillis: number;
}

/** A receiver of datagrams at a Unix socket. */
export interface UnixDatagramDestination extends SocketAddress {
  readonly transport: 'unix-datagram';
}

interface TcpDestination extends PortAddress, Streamed {
  readonly transport: 'tcp';
}

interface UnixDestination extends SocketAddress, Streamed {
  readonly transport: 'unix';
}

/** A receiver that is connected to. */
export type StreamDestination = TcpDestination | UnixDestination;

/** Where lines go. */
export type Destination = UdpDestination | UnixDatagramDestination | StreamDestination;

/** The transport asked for. */
export function transportOf({ transport, path }: StatsdOptions): TransportName {
  return transport ?? (path === undefined ? 'udp' : 'unix-datagram');
}

/** Where lines go, by options that are right; `isDogstatsd`: as the variables of Datadog say, where the options do not. */
export function destinationOf(
  options: StatsdOptions,
  isDogstatsd: boolean,
  env: NodeJS.ProcessEnv,
): Destination {
  const { path = '', framing, maxBufferBytes = DEFAULT_BUFFER_BYTES } = options;
  const transport = transportOf(options);
  const socket = { path, setBy: 'statsd.path' };
  switch (transport) {
    case 'unix-datagram':
      return { transport, ...socket };
    case 'unix':
      return {
        transport,
        ...socket,
        framing: framing ?? (isDogstatsd ? 'length' : 'newline'),
        maxBufferBytes,
      };
    case 'tcp':
      return { transport, ...portOf(options, isDogstatsd, env), framing: 'newline', maxBufferBytes };
    default: {
      const dnsRefreshMillis = parseDuration(options.dnsRefresh) ?? DEFAULT_DNS_REFRESH_MILLIS;
      return { transport, ...portOf(options, isDogstatsd, env), dnsRefreshMillis };
    }
  }
}

function portOf(
  { host, port, family }: StatsdOptions,
  isDogstatsd: boolean,
  env: NodeJS.ProcessEnv,
): PortAddress {
  const ofAgent = isDogstatsd ? agentAddress(env) : {};
  const isHostOfAgent = host === undefined && ofAgent.host !== undefined;
  const isPortOfAgent = port === undefined && ofAgent.port !== undefined;
  return {
    host: host ?? ofAgent.host ?? DEFAULT_HOST,
    port: port ?? ofAgent.port ?? DEFAULT_PORT,
    family,
    setBy: `${isHostOfAgent ? 'DD_AGENT_HOST' : 'statsd.host'} and ${isPortOfAgent ? 'DD_DOGSTATSD_PORT' : 'statsd.port'}`,
  };
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
