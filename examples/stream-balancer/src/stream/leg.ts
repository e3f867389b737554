import { connect } from 'node:net';
import type { ReceivedFrame } from '../frame/frame.ts';
import { createFrameReader } from '../frame/reader.ts';

/** The connection of one stream to the worker that serves it. */
export interface Leg {
  /** Passes bytes on, at once or as soon as it is connected. */
  write(bytes: Buffer): void;
  /** Ends it; nothing is told any more. */
  close(): void;
}

/** What a leg tells its stream. */
export interface LegObserver {
  /** The worker has answered. */
  onAnswer(frame: ReceivedFrame): void;
  /** The connection could not be made, has ended or brought what is no frame. */
  onLost(): void;
}

/** Connects to a worker. */
export function openLeg(port: number, { onAnswer, onLost }: LegObserver): Leg {
  const read = createFrameReader();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    socket.destroy();
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of read(chunk)) onAnswer(frame);
    } catch {
      socket.destroy();
    }
  });
  // Without a listener an error would end the process; `close` follows it.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (!isOpen) return;
    isOpen = false;
    onLost();
  });
  return { write: (bytes) => void socket.write(bytes), close };
}
