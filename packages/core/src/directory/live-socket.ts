import { readFileSync, readlinkSync } from 'node:fs';
import { bootId } from './pid-namespace.ts';

/** A socket that is open for as long as this process has something. */
export interface LiveSocket {
  /** The network namespace whose processes can see it. */
  readonly namespace: string;
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
  return server.listening ? { namespace, close: () => void server.close() } : undefined;
}

/** Whether the socket of a token is open; `undefined` when it cannot be seen from here. */
export function isSocketOpen(token: string, namespace: string): boolean | undefined {
  if (namespace !== networkNamespace()) return undefined;
  try {
    return readFileSync('/proc/net/unix', 'latin1').includes(`@${nameOf(token)}`);
  } catch {
    return undefined;
  }
}

function nameOf(token: string): string {
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
