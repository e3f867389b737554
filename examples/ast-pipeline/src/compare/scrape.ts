import type { Received } from './sink.ts';

/** A stand-in for a Prometheus server. */
export interface Scraper {
  /** What it has got. */
  readonly received: Received;
  /** Scrapes this URL once. Never rejects: whether scrapes arrive at all is seen by their number. */
  scrape(url: string): Promise<void>;
}

export function createScraper(): Scraper {
  const received: Received = { requests: 0, bytes: 0 };
  return {
    received,
    async scrape(url) {
      try {
        const text = await (await fetch(url)).text();
        received.requests++;
        received.bytes += text.length;
      } catch {
        // The process has ended; that is found out elsewhere.
      }
    },
  };
}
