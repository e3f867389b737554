import { monotonicMillis } from '@org/instrument-core';
import type { SystemHealth } from '../report.ts';
import type { Format } from './negotiation.ts';
import type { Answer } from './request-facts.ts';
import type { Route } from './resolve.ts';
import { LOOK_MILLIS } from './revalidator.ts';

/** A route with what was made for it. */
export interface KeptRoute {
  readonly route: Route;
  /** Until when what was made is good, on the monotonic clock. */
  untilMillis: number;
  /** The state behind the answers; not for answers with ages and times in them. */
  system: SystemHealth | undefined;
  /** Answers that are the same whoever asks. */
  readonly forAnyone: Map<Format, Answer>;
  readonly forAuthorised: Map<Format, Answer>;
  readonly forOthers: Map<Format, Answer>;
}

/** Routes by URL. */
export interface KeptRoutes {
  /** The route of a URL, with what is still good; everything is dropped when `version` is not that of the last call. */
  get(url: string, version: number): KeptRoute | undefined;
  /** Keeps a route, unless its URL is too long. */
  keep(url: string, route: Route): KeptRoute;
}

// URLs kept, and the longest of them: both are in the hands of whoever asks.
const MAX_KEPT = 256;
const MAX_URL_LENGTH = 512;

/** Keeps what was made for the latest 256 URLs, for a second at most. */
export function createKeptRoutes(): KeptRoutes {
  const routes = new Map<string, KeptRoute>();
  let keptVersion: number | undefined;
  return {
    get: (url, version) => {
      if (version !== keptVersion) {
        routes.clear();
        keptVersion = version;
      }
      const kept = routes.get(url);
      if (kept !== undefined) renew(kept);
      return kept;
    },
    keep: (url, route) => {
      const kept: KeptRoute = {
        route,
        untilMillis: monotonicMillis() + LOOK_MILLIS,
        system: undefined,
        forAnyone: new Map(),
        forAuthorised: new Map(),
        forOthers: new Map(),
      };
      if (url.length > MAX_URL_LENGTH) return kept;
      const [oldest] = routes.keys();
      if (routes.size >= MAX_KEPT && oldest !== undefined) routes.delete(oldest);
      routes.set(url, kept);
      return kept;
    },
  };
}

/** Not everything that counts raises the version: the guard is the user's, and results get old. */
function renew(kept: KeptRoute): void {
  const now = monotonicMillis();
  if (now < kept.untilMillis) return;
  kept.untilMillis = now + LOOK_MILLIS;
  kept.system = undefined;
  for (const table of [kept.forAnyone, kept.forAuthorised, kept.forOthers]) table.clear();
}
