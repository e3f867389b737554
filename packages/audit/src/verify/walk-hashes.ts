import { counted } from '@org/instrument-core';
import { openFile } from '../journal/open-file.ts';
import { blameState } from './blame-state.ts';
import type { Part } from './layout.ts';
import type { Walk } from './walk.ts';

const HASH_BYTES = 32;

/** Takes in the hashes that are left of a segment. Whether they are right is seen from what follows. */
export async function walkHashes(walk: Walk, part: Part): Promise<void> {
  const { counts, findings, stand, states } = walk;
  // What was open then is told by the header of the next segment.
  stand.open = undefined;
  stand.lastTime = '';
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  const file = await openFile(part.path);
  for await (const block of file.createReadStream() as AsyncIterable<Buffer>) {
    walk.onRead(block.length);
    const bytes: Buffer = rest.length === 0 ? block : Buffer.concat([rest, block]);
    let start = 0;
    for (; start + HASH_BYTES <= bytes.length; start += HASH_BYTES) {
      const place = { file: part.file, line: undefined, offset: offset + start };
      stand.confirm();
      if (stand.confirmed >= states.nextSize)
        await states.reach(stand, (state) => blameState(walk, part, state));
      states.mark(stand.size, place);
      stand.add(bytes.toString('base64', start, start + HASH_BYTES), place);
      counts.pruned++;
    }
    rest = bytes.subarray(start);
    offset += start;
  }
  stand.confirm();
  await states.reach(stand, (state) => blameState(walk, part, state));
  if (rest.length > 0) {
    const place = { file: part.file, line: undefined, offset };
    findings.fail(
      'changed',
      stand.size,
      place,
      `The hashes end with ${counted(rest.length, 'byte')} that ${rest.length === 1 ? 'is' : 'are'} no hash.`,
    );
  }
}
