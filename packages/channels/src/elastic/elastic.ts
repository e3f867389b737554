import type { Channel } from '../channel.ts';
import type { ChannelSettings } from '../settings.ts';
import { bulk } from './bulk.ts';
import { readOptions } from './options.ts';

/** Documents of one delivery. */
const MAX_BATCH = 500;

/** What {@link elastic} is given: the server, and one way to be let in. */
export interface ElasticOptions extends ChannelSettings {
  /** Default `elastic`. */
  readonly name?: string | undefined;
  /** `https://elasticsearch.example.com:9200`; OpenSearch will do as well. */
  readonly url: string;
  /** Index or data stream. Default the data stream `logs-instrument-default`. */
  readonly index?: string | undefined;
  /** An API key, as Elasticsearch gives it encoded, or `id:key`. */
  readonly apiKey?: string | undefined;
  /** A bearer token. */
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Whether requests are compressed with gzip. Default `false`. */
  readonly compress?: boolean | undefined;
}

/**
 * Ships notifications to Elasticsearch or OpenSearch as documents of the Elastic Common Schema. The id of a notification is that of its
 * document, so that what is sent twice is there once.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; secrets are not shown.
 */
export function elastic(options: ElasticOptions): Channel {
  const { name, settings, ...target } = readOptions(options);
  return {
    name,
    settings,
    maxBatch: MAX_BATCH,
    deliver: (batch, { signal }) => bulk(target, batch, signal),
  };
}
