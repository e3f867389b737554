import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

/** Scrapes of one service. */
export interface Scraper {
  /** Scrapes at this pace from now on, the first time after half of it; forgets what it has seen. */
  every(millis: number): void;
  /** Ends, and waits for the scrape on its way. */
  stop(): Promise<ScrapeResult>;
}

/** What was scraped since the last `every`. */
export interface ScrapeResult {
  readonly scrapes: number;
  /** Samples of the last page: the series, as Prometheus counts them. */
  readonly series: number;
  /** Durations of the scrapes. */
  readonly millis: readonly number[];
}

/** What Prometheus 3 sends. */
const HEADERS = {
  accept:
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
    'application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,' +
    'text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  'accept-encoding': 'gzip',
  'user-agent': 'Prometheus/3.5.0',
};

/** A stand-in for a Prometheus server; of a service without `/metrics` it asks nothing. */
export function createScraper(url: string | undefined): Scraper {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let series = 0;
  let millis: number[] = [];
  const scrape = async (target: string): Promise<void> => {
    const start = performance.now();
    const page = await fetchPage(target);
    millis.push(performance.now() - start);
    series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  };
  return {
    every(pace) {
      clearTimeout(timer);
      millis = [];
      if (url === undefined) return;
      const again = (): void => {
        timer = setTimeout(again, pace);
        // One at a time. Whoever stops the scraper hears of a failure.
        running = running.then(() => scrape(url));
        running.catch(() => undefined);
      };
      timer = setTimeout(again, pace / 2);
    },
    async stop() {
      clearTimeout(timer);
      await running;
      return { scrapes: millis.length, series, millis };
    },
  };
}

async function fetchPage(url: string): Promise<string> {
  const request = get(url, { headers: HEADERS });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}`);
  return text(response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response);
}
