import { type Kind, serve } from '../scrape.ts';

/** What the process that is scraped says: where, and then for each scrape how long its loop stood still. */
export type ScrapedMessage =
  | { readonly ours: string; readonly sdk: string; readonly promClient: string }
  | number;

/**
 * Serves the series, and watches its own event loop from one message `begin` to the next message `end`: a turn of the
 * loop is asked for as soon as the last one came, so the longest time between two is what other work had to wait.
 */
const { ours, sdk, promClient } = await serve(process.argv[2] as Kind);
let isWatching = false;
let longest = 0;
let last = 0;

function turn(): void {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  if (isWatching) setImmediate(turn);
}

process.on('message', (message) => {
  if (message === 'begin') {
    isWatching = true;
    longest = 0;
    last = performance.now();
    setImmediate(turn);
    say(0);
  } else {
    isWatching = false;
    say(longest);
  }
});
// The benchmark has ended, however it did.
process.on('disconnect', () => process.exit());
say({ ours, sdk, promClient });

function say(message: ScrapedMessage): void {
  process.send?.(message);
}
