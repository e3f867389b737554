import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { startTimeout } from '@org/instrument-core';

/**
 * An attempt to connect keeps the process alive, whatever is unreferenced (libuv, `uv__loop_alive`), so one without an answer is
 * given up. Long enough for one packet to be lost: TCP asks again after a second (RFC 6298).
 */
const LONGEST_ATTEMPT_MILLIS = 2_000;

/** Begins a connection that does not keep the process alive. */
export function openStream(address: NetConnectOpts): Socket {
  const socket = connect(address).unref();
  let stopWaiting = (): void => {};
  // Not before the name is looked up; of several addresses each has its time.
  socket.on('connectionAttempt', () => {
    stopWaiting();
    stopWaiting = startTimeout(LONGEST_ATTEMPT_MILLIS, () => {
      socket.destroy(new Error(`it has not answered within ${LONGEST_ATTEMPT_MILLIS} ms`));
    });
  });
  socket.on('connect', () => {
    stopWaiting();
    // Once more: each address is tried with a handle of its own.
    socket.unref();
  });
  socket.on('close', () => stopWaiting());
  return socket;
}
