import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { FrameError, type ReceivedFrame } from '../frame/frame.ts';
import { createFrameReader } from '../frame/reader.ts';
import { Stream, type StreamObserver } from './stream.ts';

/** Time in milliseconds until a connection must have opened its stream. */
const OPENING_MILLIS = 5000;

/** Who takes the streams. */
export interface StreamTaker extends StreamObserver {
  /** A stream is open, or taken up again. */
  add(stream: Stream): void;
  /** Its client is gone. */
  remove(stream: Stream): void;
}

/** The server that clients open their streams at. */
export interface StreamListener {
  readonly port: number;
  /** Whether it takes connections. */
  readonly isListening: boolean;
  /** Cuts the client's connection of one stream, any. Whether there was one. */
  cutOne(): boolean;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Listens on the loopback interface; resolves when it does. Throws when the port is taken. */
export async function listenForStreams(port: number, taker: StreamTaker): Promise<StreamListener> {
  const sockets = new Set<Socket>();
  /** Streams that are open, the longest open first. */
  const open = new Map<number, Stream>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accept(socket, open, taker);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get isListening() {
      return server.listening;
    },
    cutOne() {
      const [oldest] = open.values();
      oldest?.end();
      return oldest !== undefined;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A connection is for one stream, named by its first frame; one with the same number ends the one before. */
function accept(socket: Socket, open: Map<number, Stream>, taker: StreamTaker): void {
  const read = createFrameReader();
  const opening = setTimeout(() => socket.destroy(), OPENING_MILLIS);
  let stream: Stream | undefined;
  const begin = (frame: ReceivedFrame): Stream => {
    if (frame.kind !== 'open') throw new FrameError(`${frame.kind} where a stream must be opened first`);
    clearTimeout(opening);
    open.get(frame.stream)?.end();
    const begun = new Stream(frame.stream, frame.sequence, socket, taker);
    open.delete(begun.id);
    open.set(begun.id, begun);
    taker.add(begun);
    return begun;
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of read(chunk)) {
        if (stream === undefined) stream = begin(frame);
        else stream.take(frame);
      }
    } catch {
      // The client has lost count or speaks something else: it may begin anew.
      socket.destroy();
    }
  });
  // Without a listener an error would end the process; `close` follows it.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(opening);
    if (stream === undefined) return;
    taker.remove(stream);
    if (open.get(stream.id) === stream) open.delete(stream.id);
  });
}
