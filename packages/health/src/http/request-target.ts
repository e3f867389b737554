/** The two parts of a request target (RFC 9112, 3.2) that matter here. */
export interface RequestTarget {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** Splits the target of a request: `/path?query`, or a whole URL as proxies send it. */
export function splitTarget(url: string): RequestTarget {
  let start = 0;
  if (!url.startsWith('/')) {
    const scheme = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(url);
    start = scheme === null ? 0 : scheme[0].length;
  }
  const fragment = url.indexOf('#', start);
  const end = fragment === -1 ? url.length : fragment;
  const mark = url.indexOf('?', start);
  if (mark === -1 || mark > end) return { path: url.slice(start, end), query: '' };
  return { path: url.slice(start, mark), query: url.slice(mark + 1, end) };
}

/** Names in what follows the path of an endpoint; `undefined` when the percent-encoding is malformed. */
export function decodeSegments(rest: string): string[] | undefined {
  const segments = rest.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The parameters of a query; `undefined` when the percent-encoding is malformed. */
export function decodeQuery(query: string): URLSearchParams | undefined {
  try {
    // URLSearchParams itself takes anything, and a name that is read wrong would exclude something else.
    decodeURIComponent(query);
    return new URLSearchParams(query);
  } catch {
    return undefined;
  }
}
