import { InstrumentError } from '@org/instrument-core';
import type { LineageGraph } from '../lineage.ts';
import { MAX_PICTURE_NODES } from './label.ts';

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for a graph that is too large for a picture. */
export function checkDrawable({ nodes }: LineageGraph): void {
  if (nodes.length <= MAX_PICTURE_NODES) return;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The graph is too large for a picture', [
    {
      path: 'graph.nodes',
      found: `${nodes.length} nodes`,
      expected: `at most ${MAX_PICTURE_NODES}`,
      fix:
        'Ask with a smaller `depth` or `maxNodes` (--depth, --max-nodes), for one `version` of the dataset (--version), or ' +
        'of a part of the journal (`from`, --from).',
    },
  ]);
}
