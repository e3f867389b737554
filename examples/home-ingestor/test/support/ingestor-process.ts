import { endWithParent, tellParent } from '@org/instrument-example-terminal';
import { startIngestor } from '../../src/ingest/ingestor.ts';

// An ingestor in a process of its own, for tests that kill it.

const { broker, directory } = JSON.parse(process.argv[2] ?? '{}') as { broker: string; directory: string };

/** Less than is written between two kills, so that some of them meet a segment that has just been finished. */
const SEGMENT_BYTES = 16 * 1024;

const ingestor = await startIngestor({ broker, directory, segmentBytes: SEGMENT_BYTES });
endWithParent();
process.on('message', async () => {
  await ingestor.stop();
  process.exit(0);
});
await ingestor.subscription.ready;
await tellParent({ kind: 'ready' });
