import type { Profiler } from 'node:inspector';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import type { Contender } from './contenders.ts';
import type { LoadRequest, LoadResult } from './load/protocol.ts';
import type { Pinning } from './pinning.ts';
import { createScraper, type ScrapeResult } from './scraper.ts';
import type { Usage } from './service/meter.ts';
import type { ServiceMessage, ServiceRequest } from './service/protocol.ts';
import type { Sink } from './sink.ts';

/** What every round is run with. */
export interface Bench {
  readonly load: Child<LoadRequest, LoadResult>;
  readonly sink: Sink;
  readonly postgres: string | undefined;
  readonly pinning: Pinning | undefined;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly isProfiled: boolean;
}

/** One contender under load, in a process of its own. */
export interface Round {
  readonly load: LoadResult;
  readonly usage: Usage;
  readonly scrapes: ScrapeResult;
  /** Spans that arrived while it was measured. */
  readonly spans: number;
  readonly profile: Profiler.Profile | undefined;
}

/** The pace of a Prometheus server that is in a hurry; most take 15 s or more. */
export const SCRAPE_MILLIS = 1_000;
/** More often while it warms up, so that the code of the scrape is compiled as it is in a service that runs for long. */
const WARM_UP_SCRAPE_MILLIS = 200;

/** Starts a service, loads it until it is warm, measures it, and ends it. */
export async function runRound(contender: Contender, bench: Bench): Promise<Round> {
  const { load, sink, postgres, connections, warmUpSeconds, seconds, isProfiled } = bench;
  const setup = { contender, otlp: sink.endpoint, postgres };
  const service = startChild<ServiceRequest, ServiceMessage>(
    'service/main.js',
    setup,
    bench.pinning?.service,
  );
  try {
    const { url, metricsUrl } = await expectMessage(service, 'ready');
    const scraper = createScraper(metricsUrl);
    load.send({ kind: 'load', url, connections });
    scraper.every(WARM_UP_SCRAPE_MILLIS);
    await sleep(warmUpSeconds * 1_000);
    await scraper.stop();
    service.send({ kind: 'measure', isProfiled });
    await expectMessage(service, 'measuring');
    load.send({ kind: 'measure' });
    const spansBefore = sink.spans;
    scraper.every(SCRAPE_MILLIS);
    await sleep(seconds * 1_000);
    service.send({ kind: 'stop' });
    load.send({ kind: 'stop' });
    const [{ usage, profile }, result] = await Promise.all([expectMessage(service, 'usage'), load.next()]);
    const round = {
      usage,
      profile,
      load: result,
      scrapes: await scraper.stop(),
      spans: sink.spans - spansBefore,
    };
    check(contender, round);
    return round;
  } finally {
    await service.end();
  }
}

/** The next message of the service, which is of this kind. */
export async function expectMessage<Kind extends ServiceMessage['kind']>(
  service: Child<ServiceRequest, ServiceMessage>,
  kind: Kind,
): Promise<Extract<ServiceMessage, { kind: Kind }>> {
  const message = await service.next();
  if (message.kind !== kind) throw new Error(`The service says ${message.kind} in place of ${kind}`);
  return message as Extract<ServiceMessage, { kind: Kind }>;
}

/** A benchmark of something else than it says is worse than none. */
function check({ name, module, isTraced = false }: Contender, { load, scrapes, spans }: Round): void {
  const wrong = [
    load.requests === 0 && 'no request was answered',
    load.failures > 0 && `${load.failures} requests failed`,
    module !== 'bare' && scrapes.series < 5_000 && `it shows ${scrapes.series} series`,
    isTraced !== spans > 0 && `${spans} spans arrived`,
  ].filter((problem) => problem !== false);
  if (wrong.length > 0) throw new Error(`${name}: ${wrong.join(', ')}`);
}
