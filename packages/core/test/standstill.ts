import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An answer that can come while nobody reads. */
export interface AwaitedAnswer {
  /** Resolves when it was read. */
  readonly read: Promise<void>;
  /** From then on it waits in the socket. */
  send(): void;
  close(): Promise<void>;
}

/** Opens a connection that an answer may come over. */
export async function awaitAnswer(): Promise<AwaitedAnswer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], []];
  return {
    read: once(near, 'data').then(() => {}),
    send: () => void far.write('answer'),
    close: async () => {
      near.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Stops the event loop for a while. */
export function standStill(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}
