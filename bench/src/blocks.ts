import type { ChildProcess } from 'node:child_process';
import { atLeast, type Finding, median, oursAtMost } from './measure.ts';
import { messageOf, start } from './processes/child.ts';
import type { ScrapedMessage } from './processes/scraped.ts';
import { fetchAll } from './scrape.ts';

/** Milliseconds of each scrape, and of its longest block. */
interface Scraped {
  readonly times: number[];
  readonly blocks: number[];
}

const SCRAPES = 9;
/** Before them: the server's code is to be compiled, and what is kept rendered to be there. */
const WARM_UP = 5;
const NOTHING: Scraped = { times: [], blocks: [] };

const SIDES = ['ours', 'sdk', 'promClient'] as const;
type Side = (typeof SIDES)[number];

/**
 * How long a scrape of 10,000 histogram series takes when it comes from another process, as it does from Prometheus, and
 * how long it keeps the event loop of the scraped process from anything else. Each side is scraped in a process of its
 * own, so that none clears away the garbage of another, in turn.
 */
export async function measureBlocks(report: (finding: Finding) => void): Promise<void> {
  const servers = await Promise.all(SIDES.map(startServer));
  const scraped = servers.map((): Scraped => ({ times: [], blocks: [] }));
  for (let i = -WARM_UP; i < SCRAPES; i++) {
    for (const [at, { server, url }] of servers.entries()) {
      const begun = performance.now();
      await fetchAll(url);
      const millis = performance.now() - begun;
      const block = await longestBlock(server, url);
      if (i < 0) continue;
      scraped[at]?.times.push(millis);
      scraped[at]?.blocks.push(block);
    }
  }
  for (const { server } of servers) server.disconnect();
  const [ours = NOTHING, sdk = NOTHING, promClient = NOTHING] = scraped;
  const scrape = {
    name: 'scrape of 10,000 histogram series from another process',
    unit: 'ms',
    ours: median(ours.times),
  } as const;
  report({ ...scrape, peer: 'exporter-prometheus', target: atLeast(25), theirs: median(sdk.times) });
  report({ ...scrape, peer: 'prom-client', target: atLeast(6), theirs: median(promClient.times) });
  const block = {
    name: 'longest block of the event loop by it',
    unit: 'ms',
    ours: median(ours.blocks),
    target: oursAtMost(10),
  } as const;
  report({ ...block, peer: 'exporter-prometheus', theirs: median(sdk.blocks) });
  report({ ...block, peer: 'prom-client', theirs: median(promClient.blocks) });
}

async function startServer(side: Side): Promise<{ server: ChildProcess; url: string }> {
  const server = start('scraped.js', ['histogram']);
  const urls = await messageOf<Exclude<ScrapedMessage, number>>(server);
  return { server, url: urls[side] };
}

async function longestBlock(server: ChildProcess, url: string): Promise<number> {
  await ask(server, 'begin');
  await fetchAll(url);
  return await ask(server, 'end');
}

function ask(server: ChildProcess, message: 'begin' | 'end'): Promise<number> {
  const answer = messageOf<number>(server);
  server.send(message);
  return answer;
}
