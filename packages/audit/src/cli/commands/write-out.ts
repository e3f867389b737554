const GONE = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];

/**
 * Writes text to a stream as fast as it takes it. Resolves to `false` when the reader has gone (`… | head`), which is no
 * fault: nothing more is asked of `chunks` then.
 */
export async function writeOut(
  stream: NodeJS.WritableStream,
  chunks: AsyncIterable<string> | Iterable<string>,
): Promise<boolean> {
  const heard = (): void => {};
  // The stream tells the same error twice: to the writer, and to whoever listens, or the process ends.
  stream.on('error', heard);
  try {
    for await (const chunk of chunks) await written(stream, chunk);
  } catch (error) {
    if (GONE.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  stream.off('error', heard);
  return true;
}

function written(stream: NodeJS.WritableStream, chunk: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
