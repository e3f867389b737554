import { within } from '@org/instrument-core';
import { createChunks } from './chunks.ts';
import { coalesce } from './coalesce.ts';
import type { Exposition, TextFormat } from './exposition.ts';
import { createScrapeBody, type ScrapeBody } from './scrape-body.ts';
import type { ExpositionSerializer } from './serializer.ts';

/** Longest time for one collection: Prometheus' own default `scrape_timeout`. */
const COLLECT_TIMEOUT_MILLIS = 10_000;

/** What scrapes are made of. */
export interface ScrapeOptions {
  readonly collect: () => Promise<Exposition>;
  readonly serializer: ExpositionSerializer;
  /** Longest time for one collection, in milliseconds. Default 10,000. */
  readonly collectTimeoutMillis?: number | undefined;
}

/** Gives the body of a scrape. It is to be read at once; see {@link ScrapeBody}. */
export type Scrape = (format: TextFormat, gzip: boolean) => Promise<ScrapeBody>;

/**
 * Creates a {@link Scrape} that shares work: of each form (format, compressed or not) one body is written at a time,
 * and one collection runs at a time. Scrapes that come meanwhile share the next one.
 */
export function createScrape(options: ScrapeOptions): Scrape {
  const { serializer, collectTimeoutMillis = COLLECT_TIMEOUT_MILLIS } = options;
  const collect = coalesce(() => {
    const value = withTimeout(options.collect, collectTimeoutMillis);
    return { value, finished: value.then(ignore, ignore) };
  });
  const chunks = createChunks();
  const forms = new Map<string, () => Promise<ScrapeBody>>();

  return (format, gzip) => {
    const key = `${format} ${gzip}`;
    let form = forms.get(key);
    if (form === undefined) {
      form = coalesce(() => {
        const begin = async () => serializer.write(await collect(), format, chunks);
        const body = createScrapeBody(begin, chunks, gzip);
        return { value: body, finished: body.finished };
      });
      forms.set(key, form);
    }
    return form();
  };
}

/** Rejects when the task throws, too. */
async function withTimeout<T>(task: () => Promise<T>, millis: number): Promise<T> {
  return within(
    task(),
    millis,
    () => {
      throw new Error(`The collection took longer than ${millis} ms.`);
    },
    { ref: true },
  );
}

function ignore(): void {}
