import { countSelf, DoublingWait, tell } from '@org/instrument-core';
import { messageOf } from './message-of.ts';

/** First and longest wait before listening is tried again: a restarted service finds its port free within seconds. */
const FIRST_RETRY_MILLIS = 1_000;
const LONGEST_RETRY_MILLIS = 30_000;

/** What listens. */
export interface ListeningServer {
  /** Rejects when it cannot listen, and may be called again then. */
  start(): Promise<{ readonly url: string }>;
  /** Never rejects. */
  close(graceMillis: number): Promise<void>;
}

/** A server as it runs. */
export interface ServedEndpoint {
  /** Where it can be reached while it listens. */
  readonly url: string | undefined;
  /** Settles with the first attempt to listen, whether or not it went well. */
  readonly ready: Promise<void>;
  close(graceMillis: number): Promise<void>;
}

/**
 * Listens once `first` has settled; a port that is taken is tried again until it is free or the endpoint is closed.
 * Faults are counted for `component`.
 */
export function keepListening(
  server: ListeningServer,
  component: string,
  first: Promise<void> = Promise.resolve(),
): ServedEndpoint {
  let url: string | undefined;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  const wait = new DoublingWait(FIRST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
  const listen = async (): Promise<void> => {
    if (isClosed) return;
    try {
      ({ url } = await server.start());
    } catch (error) {
      if (isClosed) return;
      countSelf('instrument.faults', component);
      const waitMillis = wait.next();
      tell('error', `${messageOf(error)} Trying again in ${waitMillis / 1_000} s.`);
      retry = setTimeout(() => void listen(), waitMillis).unref();
    }
  };
  const ready = first.then(listen);
  return {
    get url(): string | undefined {
      return url;
    },
    ready,
    async close(graceMillis) {
      isClosed = true;
      clearTimeout(retry);
      await server.close(graceMillis);
      url = undefined;
    },
  };
}
