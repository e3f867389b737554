import { readFileSync, readlinkSync } from 'node:fs';
import { bootId } from './pid-namespace.ts';

/** What the kernel lists the open sockets of a network namespace in. */
const SOCKETS = '/proc/net/unix';
/**
 * Characters of a name. A name of somebody else may have line breaks, and look like more lines of that list; but it has 107
 * bytes at most (unix(7)), which is less than a line with a name of this length.
 */
const NAME_LENGTH = 80;
/**
 * A line of that list about a socket that listens (proc(5), /proc/net/unix): address, references, protocol, flags, type, state,
 * inode and name, whose zeros are shown as `@`.
 */
const LISTENING = /^[0-9a-f]{8,16}: [0-9A-F]{8} 0{8} 00010000 0001 [0-9A-F]{2} +(\d+) @([\w-]+)@*$/gm;

/** A socket that is open for as long as this process has something. */
export interface LiveSocket {
  /** The network namespace whose processes can see it. */
  readonly namespace: string;
  /** Tells it from one that somebody else opens under its name later; `undefined` where the kernel does not say. */
  readonly inode: string | undefined;
  close(): void;
}

/**
 * Opens an abstract socket (unix(7)): it is in no file system, and the kernel takes it away with the process, however that
 * ends. Nothing is ever said over it.
 *
 * @returns `undefined` where there are none, or this process may have none.
 */
export function openLiveSocket(token: string): LiveSocket | undefined {
  const namespace = networkNamespace();
  if (namespace === undefined) return undefined;
  // Only containers come here: others need not load it.
  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer((socket) => socket.destroy());
  // Without a socket of its own, the process is seen by other signs.
  server.on('error', () => {});
  // Exclusive: a child of a cluster would have the socket of its parent.
  server.listen({ path: `\0${nameOf(token)}`, exclusive: true }).unref();
  if (!server.listening) return undefined;
  const [inode] = inodesOf(token, listSockets() ?? '');
  return { namespace, inode, close: () => void server.close() };
}

/**
 * Whether the socket of a token is open; `undefined` when it cannot be seen from here. By its name alone, as in locks of
 * earlier versions, it cannot be told from that of anybody who takes the name once it is free.
 */
export function isSocketOpen(
  token: string,
  namespace: string,
  inode: string | undefined,
): boolean | undefined {
  if (namespace !== networkNamespace()) return undefined;
  const list = listSockets();
  if (list === undefined || inode === undefined) return list?.includes(`@${prefixOf(token)}`);
  return inodesOf(token, list).includes(inode);
}

function listSockets(): string | undefined {
  try {
    return readFileSync(SOCKETS, 'latin1');
  } catch {
    return undefined;
  }
}

/** Inodes of the sockets that listen under the name of a token. */
function inodesOf(token: string, list: string): string[] {
  const name = nameOf(token);
  return [...list.matchAll(LISTENING)].flatMap(([, inode, each]) => (each === name ? [inode as string] : []));
}

function nameOf(token: string): string {
  return prefixOf(token).padEnd(NAME_LENGTH, '-');
}

function prefixOf(token: string): string {
  return `instrument-lock-${token}`;
}

/** Names the network namespace of this process (network_namespaces(7)); its number is used again after a boot. */
function networkNamespace(): string | undefined {
  const boot = bootId();
  try {
    return boot === undefined ? undefined : `${readlinkSync('/proc/self/ns/net')} ${boot}`;
  } catch {
    return undefined;
  }
}
