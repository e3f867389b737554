import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import type { StatsdOptions } from '../../src/options.ts';
import { loadUnixDgram } from '../../src/transport/load-unix-dgram.ts';

/** A receiver that keeps what it gets. */
export interface Receiver {
  /** What an exporter has to be told to reach it. */
  readonly options: StatsdOptions;
  /** Packets; of a stream what came at a time. */
  readonly packets: Buffer[];
  readonly lines: string[];
  /** Waits for so many lines, no longer than a few seconds. */
  received(lines: number): Promise<string[]>;
  close(): Promise<void>;
}

const directory = mkdtempSync(join(tmpdir(), 'instrument-statsd-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let sockets = 0;

/** The file of a Unix socket that is not there yet. */
export function socketPath(): string {
  return join(directory, `${++sockets}.socket`);
}

function collect(
  options: StatsdOptions,
  close: () => Promise<void>,
): Receiver & { add(packet: Buffer): void } {
  const packets: Buffer[] = [];
  const receiver = {
    options,
    packets,
    get lines(): string[] {
      return packets.flatMap((packet) => packet.toString().split('\n')).filter((line) => line !== '');
    },
    async received(lines: number) {
      const end = performance.now() + 10_000;
      while (receiver.lines.length < lines && performance.now() < end) await sleep(5);
      return receiver.lines;
    },
    close,
    add: (packet: Buffer) => void packets.push(packet),
  };
  return receiver;
}

/** Datagrams on the loopback. */
export async function startUdp(type: 'udp4' | 'udp6' = 'udp4', port = 0): Promise<Receiver> {
  const socket = createSocket({ type, recvBufferSize: 4 * 1_024 * 1_024 });
  const host = type === 'udp4' ? '127.0.0.1' : '::1';
  socket.bind(port, host);
  await once(socket, 'listening');
  const receiver = collect({ host, port: socket.address().port }, async () => {
    socket.close();
    await once(socket, 'close');
  });
  socket.on('message', (packet) => receiver.add(packet));
  return receiver;
}

/** Unix datagrams. */
export async function startUnixDatagram(path: string = socketPath()): Promise<Receiver> {
  const socket = loadUnixDgram().createSocket('unix_dgram') as ReturnType<
    ReturnType<typeof loadUnixDgram>['createSocket']
  > & { bind(path: string): void };
  const receiver = collect({ path, transport: 'unix-datagram' }, async () => {
    socket.close();
    rmSync(path, { force: true });
  });
  socket.on('message', (packet: Buffer) => receiver.add(Buffer.from(packet)));
  socket.bind(path);
  return receiver;
}

/** A stream's receiver: it can end its connections, and stop reading. */
export interface StreamReceiver extends Receiver {
  readonly connections: Set<Socket>;
}

/** A TCP or Unix stream whose lines end in line feeds. */
export async function startStream(where: { port?: number; path?: string } = {}): Promise<StreamReceiver> {
  const connections = new Set<Socket>();
  const texts = new Map<Socket, Buffer[]>();
  const server = createServer((socket) => {
    connections.add(socket);
    const own: Buffer[] = [];
    texts.set(socket, own);
    socket.on('data', (data) => {
      own.push(data);
      receiver.packets.splice(
        0,
        receiver.packets.length,
        ...[...texts.values()].map((all) => Buffer.concat(all)),
      );
    });
    socket.on('error', () => {});
    socket.on('close', () => connections.delete(socket));
  });
  if (where.path === undefined) server.listen(where.port ?? 0, '127.0.0.1');
  else server.listen(where.path);
  await once(server, 'listening');
  const options: StatsdOptions =
    where.path === undefined
      ? { transport: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
      : { transport: 'unix', path: where.path, framing: 'newline' };
  const receiver = collect(options, async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return Object.assign(receiver, { connections });
}

/** Connections that fill the queue of a server whose backlog is 1 (Linux, `sk_acceptq_is_full`). */
const FULL_QUEUE = 2;
/** Stands still as soon as it listens, and so takes no connection. */
const STANDING_SERVER = `
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** A TCP server, in a process of its own, that answers no attempt to connect. */
export async function startUnanswering(): Promise<Pick<Receiver, 'options' | 'close'>> {
  const child = spawn(process.execPath, ['--eval', STANDING_SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(answer);
  const queued = Array.from({ length: FULL_QUEUE }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(queued.map((socket) => once(socket, 'connect')));
  return {
    options: { transport: 'tcp', host: '127.0.0.1', port },
    async close() {
      for (const socket of queued) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
