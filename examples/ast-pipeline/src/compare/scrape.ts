import type { Received } from './sink.ts';

/** A stand-in for a Prometheus server. */
export interface Scraper {
  /** What it has got. */
  readonly received: Received;
  /** Scrapes this URL from now on, or nothing. */
  target(url: string | undefined): void;
  close(): void;
}

/** Scrapes every second: fifteen times as often as most servers do. */
export function startScraper(): Scraper {
  const received: Received = { requests: 0, bytes: 0 };
  let target: string | undefined;
  const timer = setInterval(async () => {
    if (target === undefined) return;
    try {
      const text = await (await fetch(target)).text();
      received.requests++;
      received.bytes += text.length;
    } catch {
      // The round is over; whether scrapes arrive at all is seen by their number.
    }
  }, 1000);
  return {
    received,
    target(url) {
      target = url;
    },
    close: () => clearInterval(timer),
  };
}
