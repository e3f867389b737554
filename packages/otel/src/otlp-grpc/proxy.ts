import { decoded } from '../otlp-transport/url-credentials.ts';

/** A proxy that opens a way to a receiver (CONNECT, RFC 9110, section 9.3.6). Plain data: it goes to another thread. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** Host and port of the receiver. */
  readonly target: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
  /** The variable that names it, for messages. */
  readonly variable: string;
}

/** In the order in which they count. */
const VARIABLES = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const;
const DEFAULT_HTTP_PORT = 80;

/**
 * The proxy by which `@grpc/grpc-js` reaches a receiver, or `undefined` where it connects by itself: for what does not go through
 * that package. As its `http_proxy.js` reads `grpc_proxy`, `https_proxy`, `http_proxy`, and `no_grpc_proxy` or `no_proxy`.
 */
export function proxyFor(target: URL, env: NodeJS.ProcessEnv = process.env): HttpProxy | undefined {
  const variable = VARIABLES.find((name) => (env[name] ?? '') !== '');
  const text = variable === undefined ? '' : (env[variable] ?? '');
  if (variable === undefined || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== 'http:' || isExcepted(bare(target.hostname), env)) return undefined;
  const credentials = password === '' ? username : decoded(`${username}:${password}`);
  return {
    host: bare(hostname),
    port: port === '' ? DEFAULT_HTTP_PORT : Number(port),
    target: `${target.hostname}:${target.port || (target.protocol === 'https:' ? 443 : 80)}`,
    authorization: username === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    variable,
  };
}

/** Addresses and ends of names, or blocks of addresses. */
function isExcepted(host: string, env: NodeJS.ProcessEnv): boolean {
  const list = env.no_grpc_proxy || env.no_proxy;
  if (!list) return false;
  return list.split(',').some((entry) => host.endsWith(entry) || isInBlock(host, entry));
}

function isInBlock(host: string, block: string): boolean {
  // Not imported: every start would load it.
  const { isIPv4 } = process.getBuiltinModule('node:net');
  const [, address = '', length = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(block) ?? [];
  if (!isIPv4(host) || !isIPv4(address) || Number(length) > 32) return false;
  // Without bits, where all addresses are alike: a shift by 32 is none.
  const mask = Number(length) === 0 ? 0 : -1 << (32 - Number(length));
  return (numberOf(host) & mask) === (numberOf(address) & mask);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, octet) => (sum << 8) + Number(octet), 0);
}

/** An IPv6 address without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
