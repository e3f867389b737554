import { startIngestor } from '../../src/ingest/ingestor.ts';

// An ingestor in a process of its own, for tests that kill it.

const { broker, directory } = JSON.parse(process.argv[2] ?? '{}') as { broker: string; directory: string };
const ingestor = await startIngestor({ broker, directory, segmentBytes: 64 * 1024 });
process.on('disconnect', () => process.exit());
process.on('message', async () => {
  await ingestor.stop();
  process.exit(0);
});
await ingestor.subscription.ready;
process.send?.({ kind: 'ready' });
