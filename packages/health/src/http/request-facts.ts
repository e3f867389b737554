import type { AuthorizeRequest } from './options.ts';

/** What the endpoints have to know of a request, whichever kind of server it came to. */
export interface RequestFacts {
  /** In upper case. */
  readonly method: string;
  /** Path and query, or a whole URL. */
  readonly url: string;
  readonly accept: string | undefined;
  readonly authorization: string | undefined;
  /** What the user's `authorize` is given; made when it is asked. */
  describe(): AuthorizeRequest;
}

/** A whole answer: status, headers and body. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: readonly string[];
  /** Left out in answer to `HEAD`, whose headers are the same. */
  readonly body: string;
}
