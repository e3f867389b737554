import { LineSource } from './line-source.ts';
import { type ReadLine, readLine } from './read-line.ts';

/**
 * The lines of a segment, read and not checked.
 *
 * @throws the error of the file system.
 */
export async function* linesOf(
  path: string,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<ReadLine> {
  yield* linesFrom(await LineSource.open(path), onRead);
}

/** As {@link linesOf}, of a segment that is open, and is closed at the end. */
export async function* linesFrom(
  source: LineSource,
  onRead: (bytes: number) => void,
): AsyncGenerator<ReadLine> {
  try {
    for (let isEnded = false; ; ) {
      const line = source.take();
      if (line !== undefined) {
        yield readLine(line);
        continue;
      }
      if (isEnded) return;
      const bytes = await source.fill();
      isEnded = bytes === 0;
      onRead(bytes);
    }
  } finally {
    await source.close();
  }
}

/** The first line of a segment; `undefined` when there is none, or it cannot be read. */
export async function firstLine(path: string): Promise<ReadLine | undefined> {
  try {
    for await (const line of linesOf(path)) return line;
  } catch {
    // It will be met again where that matters.
  }
  return undefined;
}

/** The last line of a segment; `undefined` when there is none, or it cannot be read. All of the file is read. */
export async function lastLine(path: string): Promise<ReadLine | undefined> {
  let last: ReadLine | undefined;
  try {
    for await (const line of linesOf(path)) last = line;
  } catch {
    return undefined;
  }
  return last;
}
