import { type Finding, shareAtMost } from './measure.ts';
import { run } from './processes/child.ts';
import type { HolderName } from './series-holders.ts';

/** Bytes per series, of 100,000 with one reader, each side in a fresh process. */
export async function measureMemory(report: (finding: Finding) => void): Promise<void> {
  for (const kind of ['counter', 'histogram'] as const) {
    const bytes = (name: HolderName): Promise<number> =>
      run('series-memory.js', [name, kind], ['--expose-gc']);
    report({
      name: `heap per ${kind} series`,
      peer: 'SDK, one reader',
      unit: 'B',
      target: shareAtMost(0.6),
      ours: await bytes('ours'),
      theirs: await bytes('sdk'),
    });
    const scraped = { name: `heap per ${kind} series, after a scrape`, unit: 'B' } as const;
    const ours = await bytes('ours, scraped');
    report({ ...scraped, peer: 'exporter-prometheus', ours, theirs: await bytes('sdk, scraped') });
    report({ ...scraped, peer: 'prom-client', ours, theirs: await bytes('prom-client') });
  }
}
