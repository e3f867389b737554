import type { EventEmitter } from 'node:events';
import { needPackage, UNIX_DGRAM } from '@org/instrument-core';

/** A socket of `unix-dgram`. */
export interface DatagramSocket extends EventEmitter {
  connect(path: string): void;
  /** Calls back before it returns. */
  send(bytes: Buffer, done: (error?: Error & { code?: number }) => void): void;
  close(): void;
}

/** What is used of the package `unix-dgram`. */
export interface UnixDgram {
  createSocket(type: 'unix_dgram'): DatagramSocket;
}

/**
 * Loads the package `unix-dgram`: Node.js itself has no Unix datagrams.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when it is not installed, or was not built.
 */
export function loadUnixDgram(): UnixDgram {
  return needPackage(UNIX_DGRAM, import.meta.url) as UnixDgram;
}
