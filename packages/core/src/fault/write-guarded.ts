import type { Writable } from 'node:stream';

/** How many are writing to a stream. */
const writers = new WeakMap<Writable, number>();

/**
 * Keeps what happens to a stream that is not ours from ending the process: the error that a closed pipe makes it emit, some
 * turns after it was written to. One listener serves all. Returns the function that ends this, a turn later.
 */
export function guardStream(stream: Writable): () => void {
  const before = writers.get(stream) ?? 0;
  if (before === 0) stream.on('error', ignore);
  writers.set(stream, before + 1);
  return () => void setImmediate(release, stream).unref();
}

/**
 * Writes to a stream that is not ours, guarded. What happens to it thereby is told to `done` and to nobody else. Throws what the
 * stream throws.
 */
export function writeGuarded(
  stream: Writable,
  text: string,
  done: (error: Error | undefined) => void = () => {},
): void {
  const end = guardStream(stream);
  stream.write(text, (error) => {
    // The stream emits what it has told here only afterwards.
    end();
    done(error ?? undefined);
  });
}

function release(stream: Writable): void {
  const left = (writers.get(stream) ?? 1) - 1;
  writers.set(stream, left);
  if (left === 0) stream.off('error', ignore);
}

function ignore(): void {}
