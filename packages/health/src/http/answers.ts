import { Buffer } from 'node:buffer';
import type { EndpointKind } from './endpoints.ts';
import { CONTENT_TYPES, type Format } from './negotiation.ts';
import type { Answer } from './request-facts.ts';
import type { HttpSettings } from './settings.ts';

/** Makes whole answers. */
export interface Answers {
  /** What an endpoint says. */
  health(kind: EndpointKind, passes: boolean, format: Format, body: string): Answer;
  /** A message in plain text, for who came to an endpoint. */
  message(kind: EndpointKind, status: number, text: string): Answer;
  /** 404 with the paths that exist. */
  notFound(): Answer;
  /** 405 with the methods that are allowed. */
  notAllowed(): Answer;
  /** 500 that tells nothing. */
  failed(): Answer;
}

/** Answers by the settings: what is authorised by a header varies by it. */
export function createAnswers(settings: HttpSettings): Answers {
  const { details, token, authorize, endpoints } = settings;
  const varies = details === 'authorized' && (token !== undefined || authorize !== undefined);
  const vary = (kind: EndpointKind): string =>
    [...(varies ? ['Authorization'] : []), ...(kind === 'health' ? [] : ['Accept'])].join(', ');
  const paths = endpoints.map(({ path }) => path).sort();
  return {
    health: (kind, passes, format, body) =>
      answerOf(passes ? 200 : 503, CONTENT_TYPES[format], body, varyHeader(vary(kind))),
    message: (kind, status, text) =>
      answerOf(status, CONTENT_TYPES.text, `${text}\n`, varyHeader(vary(kind))),
    notFound: () => answerOf(404, CONTENT_TYPES.text, `Not Found. Here are: ${paths.join(', ')}\n`),
    notAllowed: () => answerOf(405, CONTENT_TYPES.text, 'Method Not Allowed\n', ['Allow', 'GET, HEAD']),
    failed: () => answerOf(500, CONTENT_TYPES.text, 'Internal Server Error\n'),
  };
}

function varyHeader(vary: string): string[] {
  return vary === '' ? [] : ['Vary', vary];
}

function answerOf(
  status: number,
  contentType: string,
  body: string,
  moreHeaders: readonly string[] = [],
): Answer {
  const headers = [
    'Content-Type',
    contentType,
    'Content-Length',
    String(Buffer.byteLength(body)),
    // What a cache kept would be believed after it has stopped being true.
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    ...moreHeaders,
  ];
  return { status, headers, body };
}
