import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { limitConnections } from '../../src/prometheus/connection-limit.ts';
import { createMetricsServer } from '../../src/prometheus/server.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A client that keeps its connection. */
interface Client {
  readonly socket: Socket;
  /** Answers that have come. */
  answers(): number;
  isClosed(): boolean;
  ask(times?: number): void;
}

async function connectTo(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // A connection that is cut may end with an error.
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  await once(socket, 'connect');
  return {
    socket,
    answers: () => text.split('HTTP/1.1 200').length - 1,
    isClosed: () => isClosed,
    ask: (times = 1) => socket.write(REQUEST.repeat(times)),
  };
}

async function askingClient(port: number): Promise<Client> {
  const client = await connectTo(port);
  client.ask();
  return client;
}

/** A server for three connections. Answers to requests that `hold` is true for are left to the test. */
async function serve(hold: (count: number) => boolean) {
  const held: ServerResponse[] = [];
  let count = 0;
  const server = createServer();
  limitConnections(server, 3);
  server.on('request', (_, response) => {
    if (hold(++count)) held.push(response);
    else response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, held };
}

const answered = (client: Client, answers = 1) => expect.poll(client.answers).toBe(answers);

it('a connection too many takes the place of the one that has been idle for longest', async () => {
  const { port } = await serve(() => false);
  const clients: Client[] = [];
  for (let i = 0; i < 3; i++) {
    const client = await askingClient(port);
    await answered(client);
    clients.push(client);
  }
  const [first, second, third] = clients as [Client, Client, Client];
  first.ask();
  await answered(first, 2);
  await answered(await askingClient(port));
  await expect.poll(second.isClosed).toBe(true);
  await answered(await askingClient(port));
  await expect.poll(third.isClosed).toBe(true);
  first.ask();
  await answered(first, 3);
});

it('one that never asks is idle, too', async () => {
  const { port } = await serve(() => false);
  const silent = await connectTo(port);
  const half = await connectTo(port);
  half.socket.write('GET / HTTP/1.1\r\nHost: ');
  await answered(await askingClient(port));
  await answered(await askingClient(port));
  await expect.poll(silent.isClosed).toBe(true);
  await answered(await askingClient(port));
  await expect.poll(half.isClosed).toBe(true);
});

it('one with a request under way is never closed; when all are, nobody else is let in', async () => {
  const { port, held } = await serve((count) => count !== 2);
  const [a, b] = [await connectTo(port), await askingClient(port)];
  await expect.poll(() => held.length).toBe(1);
  // The second request of this one waits behind the first.
  a.ask(2);
  await answered(a);
  await expect.poll(() => held.length).toBe(2);
  const c = await askingClient(port);
  await expect.poll(() => held.length).toBe(3);
  const refused = await connectTo(port);
  await expect.poll(refused.isClosed).toBe(true);
  expect([a, b, c].map((client) => client.isClosed())).toEqual([false, false, false]);

  for (const response of held.splice(0)) response.end();
  for (const [client, answers] of [
    [a, 2],
    [b, 1],
    [c, 1],
  ] as const)
    await answered(client, answers);
  const d = await askingClient(port);
  await expect.poll(() => held.length).toBe(1);
  held[0]?.end();
  await answered(d);
  await expect.poll(() => [a, b, c].filter((client) => client.isClosed()).length).toBe(1);
});

it('one that went away makes room', async () => {
  const { port, held } = await serve((count) => count <= 3);
  const clients = await Promise.all([1, 2, 3].map(() => askingClient(port)));
  await expect.poll(() => held.length).toBe(3);
  clients[0]?.socket.destroy();
  await expect.poll(() => held.filter(({ destroyed }) => destroyed).length).toBe(1);
  await answered(await askingClient(port));
});

it('a probe is answered while somebody keeps a thousand connections and asks nothing more', async () => {
  const server = createMetricsServer({
    host: '127.0.0.1',
    port: 0,
    path: '/metrics',
    handler: (_, response) => void response.end(),
  });
  onTestFinished(() => server.close(0));
  const { port } = await server.start();
  const clients = await Promise.all(Array.from({ length: 1_024 }, () => askingClient(port)));
  for (const client of clients) await answered(client);
  await answered(await askingClient(port));
  expect(clients.filter((client) => client.isClosed()).length).toBeLessThanOrEqual(1);
});
