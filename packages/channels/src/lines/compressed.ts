import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress: (text: string) => Promise<Uint8Array> = promisify(gzip);

/** A body with its headers, compressed with gzip where that is wanted, off the event loop. */
export async function compressed(
  body: string,
  isCompressed: boolean,
): Promise<{ readonly body: string | Uint8Array; readonly headers: Readonly<Record<string, string>> }> {
  if (!isCompressed) return { body, headers: {} };
  return { body: await compress(body), headers: { 'content-encoding': 'gzip' } };
}
