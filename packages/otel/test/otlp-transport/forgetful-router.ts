import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What lies between a sender and a receiver, and may forget connections without a word, as routers do. */
export interface ForgetfulRouter {
  readonly port: number;
  /** How many connections there have been. */
  readonly connections: number;
  /** From now on what comes over the connections that there are goes nowhere; new ones are as good as ever. */
  forget(): void;
  close(): Promise<void>;
}

/** Starts one on the loopback interface, in front of a port there. */
export async function startForgetfulRouter(receiverPort: number): Promise<ForgetfulRouter> {
  const sockets: Socket[] = [];
  const known = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    const far = connect(receiverPort, '127.0.0.1');
    connections++;
    known.add(near);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from);
      from.on('error', () => {});
      from.on('data', (chunk) => void (known.has(near) && to.write(chunk)));
      from.on('close', () => void (known.has(near) && to.destroy()));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    forget: () => known.clear(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
