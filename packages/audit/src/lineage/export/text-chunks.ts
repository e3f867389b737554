/** Characters after which text is handed on: a system call costs as much as writing that. */
const CHUNK_LENGTH = 1 << 14;

/** What can be exported: entries as `audit.query` gives them, or a list. */
export type Source<T> = AsyncIterable<T> | Iterable<T>;

/** Text for each item, in chunks that are made when the reader asks for them. */
export async function* textChunks<T>(
  source: Source<T>,
  textOf: (item: T) => string,
  head = '',
): AsyncGenerator<string, void, undefined> {
  let chunk = head;
  try {
    for await (const item of source) {
      chunk += textOf(item);
      if (chunk.length < CHUNK_LENGTH) continue;
      yield chunk;
      chunk = '';
    }
  } catch (error) {
    // What came before the fault is good.
    if (chunk !== '') yield chunk;
    throw error;
  }
  if (chunk !== '') yield chunk;
}
