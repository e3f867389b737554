/** Bytes that `ByteWriter.copy` may touch behind what it was asked for: it moves eight at a time. */
export const COPY_SLACK = 8;

/** Text once written as UTF-8, to be copied often: `end` bytes from 0, and {@link COPY_SLACK} more that may be read. */
export interface Fragment {
  readonly view: DataView;
  readonly end: number;
}

/** Encodes text as a {@link Fragment}. */
export function fragment(text: string): Fragment {
  const end = Buffer.byteLength(text);
  const bytes = Buffer.alloc(end + COPY_SLACK);
  bytes.write(text);
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), end };
}
