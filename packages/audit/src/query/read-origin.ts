import { parseLine } from '../journal/parse-line.ts';
import { chunksForward } from './line-chunks.ts';
import { linesForward } from './lines-of-chunk.ts';
import { listSegments, openSegment } from './segments.ts';

/**
 * Name of the journal in a directory, as its newest header has it; `undefined` while there is none.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when the directory has no journal;
 * `INSTRUMENT_AUDIT_UNAVAILABLE` when its segments cannot be read.
 */
export async function readOrigin(directory: string): Promise<string | undefined> {
  // The newest first: retention removes the others.
  for (const file of (await listSegments(directory)).reverse()) {
    const handle = await openSegment(file);
    if (handle === undefined) continue;
    try {
      const { size } = await handle.stat();
      for await (const { bytes } of chunksForward(handle, 0, size)) {
        const [bounds] = linesForward(bytes);
        const line = bounds && parseLine(bytes.toString('utf8', bounds.start, bounds.end));
        if (line?.kind === 'header') return line.header.origin;
        break;
      }
    } finally {
      await handle.close();
    }
  }
  return undefined;
}
