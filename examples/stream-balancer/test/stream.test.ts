import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { Router } from '../src/balance/router.ts';
import { encodeFrame, type Frame, type ReceivedFrame } from '../src/frame/frame.ts';
import { createFrameReader } from '../src/frame/reader.ts';
import { listenForStreams, type StreamListener } from '../src/stream/listener.ts';
import { WorkerInstance } from '../src/workers/instance.ts';

/** A worker whose answers the test writes itself. */
interface Puppet {
  readonly instance: WorkerInstance;
  readonly server: Server;
  readonly sockets: Socket[];
  readonly received: ReceivedFrame[];
}

let puppets: Puppet[];
let usable: WorkerInstance[];
let router: Router;
let listener: StreamListener;
let client: Socket;
let answers: ReceivedFrame[];

beforeEach(async () => {
  puppets = [await puppet('a'), await puppet('b')];
  usable = puppets.map(({ instance }) => instance);
  router = new Router(() => usable);
  listener = await listenForStreams(0, router);
  client = await dial();
  answers = [];
  const read = createFrameReader();
  client.on('data', (chunk: Buffer) => answers.push(...read(chunk)));
});

afterEach(async () => {
  client.destroy();
  router.close();
  await listener.close();
  for (const { server, sockets } of puppets) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

describe('a stream', () => {
  it('is given to one worker, with its frames and answers in order', async () => {
    send('open', 0, 'data', 1, 'data', 2);
    await until('both frames are there', () => first().received.length === 2);
    answer(first(), 1);
    answer(first(), 2);
    await until('both answers are there', () => answers.length === 2);
    expect(answers.map(({ kind, stream, sequence }) => [kind, stream, sequence])).toEqual([
      ['answer', 7, 1],
      ['answer', 7, 2],
    ]);
    expect(second().received).toEqual([]);
  });

  it('is moved when its worker is lost, with what has no answer, and no answer comes twice', async () => {
    send('open', 0, 'data', 1, 'data', 2, 'data', 3);
    await until('all frames are there', () => first().received.length === 3);
    answer(first(), 1);
    await until('one answer is there', () => answers.length === 1);
    first().sockets[0]?.destroy();
    await until('the others are sent again', () => second().received.length === 2);
    expect(second().received.map(({ sequence }) => sequence)).toEqual([2, 3]);
    answer(second(), 2);
    answer(second(), 3);
    await until('all answers are there', () => answers.length === 3);
    expect(answers.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(router.moved).toEqual({ lost: 1, unhealthy: 0, rebalanced: 0 });
    expect(router.interruptions.figures().count).toBe(1);
  });

  it('leaves a worker that hangs, whose late answers are not heard', async () => {
    send('open', 0, 'data', 1);
    await until('the frame is there', () => first().received.length === 1);
    router.evacuate(first().instance);
    answer(first(), 1);
    await until('it is sent again', () => second().received.length === 1);
    answer(second(), 1);
    await until('an answer is there', () => answers.length === 1);
    expect(answers[0]?.payload.toString()).toBe('b');
    expect(router.moved.unhealthy).toBe(1);
  });

  it('leaves a worker that answers out of turn', async () => {
    send('open', 0, 'data', 1, 'data', 2);
    await until('both frames are there', () => first().received.length === 2);
    answer(first(), 2);
    await until('both are sent again', () => second().received.length === 2);
    expect(answers).toEqual([]);
  });

  it('waits for a worker when there is none', async () => {
    usable = [];
    send('open', 0, 'data', 1);
    await until('it waits', () => router.streams.waiting === 1);
    usable = [second().instance];
    await until('the frame is there', () => second().received.length === 1);
    expect(router.streams).toEqual({ open: 1, waiting: 0 });
  });

  it('is cut when there is no worker for too long, so that its client may go elsewhere', async () => {
    usable = [];
    send('open', 0);
    await once(client, 'close');
    await until('it is forgotten', () => router.streams.open === 0);
    expect(router.streams).toEqual({ open: 0, waiting: 0 });
  });

  it('is taken up again behind the last answer, on a connection that ends the one before', async () => {
    send('open', 0, 'data', 1);
    await until('the frame is there', () => first().received.length === 1);
    const again = await dial();
    again.write(bytesOf('open', 1));
    again.write(bytesOf('data', 2));
    await once(client, 'close');
    const all = () => [...first().received, ...second().received].map(({ sequence }) => sequence);
    await until('the next frame is there', () => all().length === 2);
    expect(all().sort()).toEqual([1, 2]);
    expect(router.streams.open).toBe(1);
    again.destroy();
  });

  it.each([
    ['that begins without being opened', ['data', 1]],
    ['that leaves a frame out', ['open', 0, 'data', 2]],
    ['that sends a frame twice', ['open', 0, 'data', 1, 'data', 1]],
    ['that answers', ['open', 0, 'answer', 1]],
  ] as const)('is cut off from a client %s', async (_, frames) => {
    send(...frames);
    await once(client, 'close');
    await until('it is forgotten', () => router.streams.open === 0);
  });

  it('is cut off from a client that sends what is no frame', async () => {
    client.write('GET / HTTP/1.1\r\n\r\n');
    await once(client, 'close');
  });
});

function first(): Puppet {
  return puppets[0] as Puppet;
}

function second(): Puppet {
  return puppets[1] as Puppet;
}

function bytesOf(kind: Frame['kind'], sequence: number, payload = ''): Buffer {
  return encodeFrame({ kind, stream: 7, sequence, payload: Buffer.from(payload) });
}

/** Sends frames: kind and sequence number in turn. */
function send(...frames: readonly (Frame['kind'] | number)[]): void {
  for (let i = 0; i < frames.length; i += 2) {
    client.write(bytesOf(frames[i] as Frame['kind'], frames[i + 1] as number));
  }
}

/** Has a worker answer; it may have been left already. */
function answer({ instance, sockets }: Puppet, sequence: number): void {
  sockets.at(-1)?.write(bytesOf('answer', sequence, instance.name));
}

async function dial(): Promise<Socket> {
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function puppet(name: string): Promise<Puppet> {
  const sockets: Socket[] = [];
  const received: ReceivedFrame[] = [];
  const server = createServer((socket) => {
    const read = createFrameReader();
    sockets.push(socket);
    socket.on('data', (chunk: Buffer) => received.push(...read(chunk)));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const instance = new WorkerInstance(name, '');
  Object.defineProperty(instance, 'address', { value: { streamPort: port, healthPort: 0 } });
  return { instance, server, sockets, received };
}
