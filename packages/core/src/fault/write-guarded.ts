import type { Writable } from 'node:stream';

/** How many writes of ours a stream has that are not over. */
const writing = new WeakMap<Writable, number>();

/**
 * Writes to a stream that is not ours. What happens to it thereby is told to `done` and to nobody else: the error that a closed
 * pipe makes it emit, later, ends no process. Throws what the stream throws.
 */
export function writeGuarded(
  stream: Writable,
  text: string,
  done: (error: Error | undefined) => void = () => {},
): void {
  begin(stream);
  stream.write(text, (error) => {
    // The stream emits what it has told here only afterwards.
    setImmediate(end, stream);
    done(error ?? undefined);
  });
}

function begin(stream: Writable): void {
  const before = writing.get(stream) ?? 0;
  if (before === 0) stream.on('error', ignore);
  writing.set(stream, before + 1);
}

function end(stream: Writable): void {
  const left = (writing.get(stream) ?? 1) - 1;
  writing.set(stream, left);
  if (left === 0) stream.off('error', ignore);
}

function ignore(): void {}
