import { createServer, type Server, type Socket } from 'node:net';
import { encodeFrame } from '../frame/frame.ts';
import { createFrameReader } from '../frame/reader.ts';
import { digest } from './digest.ts';

/** A TCP server that answers every `data` frame with its digest, in the order in which they come. */
export function createStreamServer(): Server {
  return createServer({ noDelay: true }, serve);
}

function serve(socket: Socket): void {
  const read = createFrameReader();
  socket.on('data', (chunk: Buffer) => {
    try {
      const answers = read(chunk)
        .filter(({ kind }) => kind === 'data')
        .map((frame) => encodeFrame({ ...frame, kind: 'answer', payload: digest(frame) }));
      if (answers.length > 0 && !socket.write(Buffer.concat(answers))) socket.pause();
    } catch {
      // What is no frame ends the connection: the orchestrator moves the stream and sends again.
      socket.destroy();
    }
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
}
