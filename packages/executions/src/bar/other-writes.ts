import type { WriteStream } from 'node:tty';
import { reportFault } from '@org/instrument-core';

/** What is told of a write to a terminal, before it is done, and after it. */
export interface WriteWatcher {
  before(): void;
  after(chunk: unknown): void;
}

/** A terminal of which is known what others write to it. */
export interface WatchedTerminal {
  /** The same stream; what is written to this one nobody is told of. */
  readonly own: WriteStream;
  stop(): void;
}

/**
 * Watches what is written to a terminal by others: to the stream and, where it is one of the process's own, to the other one of
 * them, which is the same terminal. What does not go through the streams of this process, such as the output of a child with
 * `stdio: 'inherit'`, is not seen.
 */
export function watchWrites(stream: WriteStream, watcher: WriteWatcher): WatchedTerminal {
  const standard: readonly WriteStream[] = [process.stdout, process.stderr];
  const others = standard.filter((other) => other !== stream && other.isTTY);
  const watched = [stream, ...(standard.includes(stream) ? others : [])];
  const own: WriteStream = Object.create(stream, {
    write: { value: stream.write.bind(stream), enumerable: true, configurable: true, writable: true },
  });
  const stops = watched.map((each) => watch(each, watcher));
  return {
    own,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

function watch(stream: WriteStream, watcher: WriteWatcher): () => void {
  const before = Object.getOwnPropertyDescriptor(stream, 'write');
  const { write } = stream;
  let isStopped = false;
  function watchedWrite(this: unknown, ...args: unknown[]): boolean {
    tell(() => watcher.before());
    const isTaken = Reflect.apply(write, this, args);
    tell(() => watcher.after(args[0]));
    return isTaken;
  }
  /** What others write is written, whatever becomes of the rows. */
  function tell(call: () => void): void {
    if (isStopped) return;
    try {
      call();
    } catch (fault) {
      isStopped = true;
      reportFault('executions', 'making room for what is printed', fault);
    }
  }
  Object.defineProperty(stream, 'write', {
    value: watchedWrite,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return () => {
    isStopped = true;
    // Where somebody has put theirs on top since, ours stays below it, and only passes on.
    if (stream.write !== watchedWrite) return;
    if (before === undefined) Reflect.deleteProperty(stream, 'write');
    else Object.defineProperty(stream, 'write', before);
  };
}
