import type { EventEmitter } from 'node:events';
import { InstrumentError, loadPackage, reasonOf } from '@org/instrument-core';

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
  try {
    return loadPackage('unix-dgram', import.meta.url) as UnixDgram;
  } catch (error) {
    const problem = {
      path: 'transport',
      found: `unix-datagram, and a package unix-dgram that cannot be loaded (${reasonOf(error).split('\n')[0]})`,
      expected: 'the package unix-dgram to be installed and built: Node.js has no Unix datagrams of its own',
      fix: "Install it: npm install unix-dgram. It needs Python and a C++ compiler. Or use UDP, or transport: 'unix'.",
    };
    throw new InstrumentError(
      'INSTRUMENT_DEPENDENCY_MISSING',
      'A package cannot be loaded',
      [problem],
      error,
    );
  }
}
