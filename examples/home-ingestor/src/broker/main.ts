import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithParent, tellParent } from '@org/instrument-example-terminal';
import { Aedes } from 'aedes';
import type { BrokerCommand, BrokerMessage } from './protocol.ts';

// The MQTT broker: a process of its own. Its sessions are in its memory, so a restart that keeps them, as that of a broker
// with a disk does, is one of what listens and of all connections.

const broker = await Aedes.createBroker();
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  broker.handle(socket);
});
let port = 0;
let work: Promise<void> = listen();

process.on('SIGINT', () => undefined);
endWithParent();
process.on('message', (message) => {
  const command = message as BrokerCommand;
  if (command.kind === 'stop') process.exit(0);
  work = work.then(() => restart(command.downMillis));
});

async function listen(): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  await tellParent<BrokerMessage>({ kind: 'listening', port });
}

async function restart(downMillis: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
  await delay(downMillis);
  await listen();
}
