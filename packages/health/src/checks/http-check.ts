import { counted, type Duration, describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { errorText } from './figures.ts';
import { readText } from './http-body.ts';
import { fetchAlong } from './http-redirects.ts';
import { type HttpTargetOptions, readHeaders, readUrl } from './http-target.ts';
import { CheckOptionReader } from './options.ts';
import { timedResult } from './response-time.ts';

/** Options of {@link httpCheck}. */
export interface HttpCheckOptions extends HttpTargetOptions {
  /** Default `GET`. */
  readonly method?: string | undefined;
  /** Status codes that are right. Default 200 to 299. */
  readonly expectedStatus?: number | readonly number[] | ((status: number) => boolean) | undefined;
  /** Whether the body is right; it is not read without. Default none. */
  readonly body?: ((text: string) => boolean) | undefined;
  /** A longer body is unhealthy, when there is a `body` function to read it. Default 1 MiB: answers to checks are short. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Whether redirects are followed; if not, they are an answer like any other. Default `manual`: a login page is not ok. Where they
   * are, neither headers nor credentials go to another origin.
   */
  readonly redirect?: 'manual' | 'follow' | undefined;
  /** Slower than this, body included when it is read, is degraded. Default never. */
  readonly degradedAbove?: Duration | undefined;
}

const MAX_BODY_BYTES = 1_048_576;
// RFC 9110, section 5.6.2: a method is a token.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Sends a request, and looks at the status and, if asked to, the body. Redirects are not followed unless `redirect` says
 * so. Query strings, like credentials, are left out of what is shown.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when there is no answer.
 */
export function httpCheck(options: HttpCheckOptions): CheckFunction {
  const read = new CheckOptionReader('httpCheck', options, [
    'url',
    'method',
    'headers',
    'expectedStatus',
    'body',
    'maxBodyBytes',
    'redirect',
    'degradedAbove',
  ]);
  const target = readUrl(read);
  const method = read.text('method', 'GET');
  if (!TOKEN.test(method)) read.add('method', describeValue(method), 'an HTTP method');
  const headers = readHeaders(read);
  const expected = readExpectedStatus(read);
  const isBodyRight = read.callback<(text: string) => boolean>('body');
  const maxBodyBytes = read.number('maxBodyBytes', MAX_BODY_BYTES, { isInteger: true });
  const redirect = read.oneOf('redirect', 'manual', ['manual', 'follow']);
  const degradedAboveMillis = read.millis('degradedAbove', undefined);
  read.done();

  if (target.authorization !== undefined && !headers.has('authorization')) {
    headers.set('authorization', target.authorization);
  }
  const subject = `${method} ${target.shown}`;
  return async ({ signal }) => {
    const startMillis = monotonicMillis();
    try {
      const response =
        redirect === 'follow'
          ? await fetchAlong(target, { method, headers, signal })
          : await fetch(target.url, { method, headers, redirect, signal });
      const fault = await faultOf(response);
      const details = { statusCode: response.status };
      if (fault === undefined) return timedResult({ subject, startMillis, degradedAboveMillis, details });
      return { status: 'unhealthy', reason: `${subject} ${fault}`, details } satisfies CheckResult;
    } catch (error) {
      throw new Error(`${subject}: ${errorText(error)}`, { cause: error });
    }
  };

  /** What is wrong with an answer; its body is read or let go. */
  async function faultOf(response: Response): Promise<string | undefined> {
    const { status } = response;
    const isStatusRight = expected.isRight(status);
    if (isBodyRight === undefined || !isStatusRight) await response.body?.cancel();
    if (!isStatusRight) {
      return `answered ${status}${redirection(response)}, expected ${expected.words}`;
    }
    if (isBodyRight === undefined) return undefined;
    const text = await readText(response, maxBodyBytes);
    return isBodyRight(text)
      ? undefined
      : `answered ${status} with a body that is not the expected one (${counted(text.length, 'character')})`;
  }
}

interface ExpectedStatus {
  readonly isRight: (status: number) => boolean;
  readonly words: string;
}

function readExpectedStatus(read: CheckOptionReader<HttpCheckOptions>): ExpectedStatus {
  const given = read.raw('expectedStatus');
  if (given === undefined)
    return { isRight: (status) => status >= 200 && status <= 299, words: '200 to 299' };
  if (typeof given === 'function') {
    return { isRight: given as (status: number) => boolean, words: 'a status that expectedStatus allows' };
  }
  const codes: readonly unknown[] = Array.isArray(given) ? given : [given];
  const isCode = (code: unknown): boolean =>
    Number.isInteger(code) && (code as number) >= 100 && (code as number) <= 599;
  if (codes.length === 0 || !codes.every(isCode)) {
    read.add(
      'expectedStatus',
      describeValue(given),
      'a status code from 100 to 599, an array of them, or a function',
    );
  }
  return { isRight: (status) => codes.includes(status), words: codes.join(' or ') };
}

/** Where an answer redirects to, without what may be secret. */
function redirection(response: Response): string {
  const location = response.headers.get('location');
  if (location === null || !URL.canParse(location, response.url)) return '';
  const url = new URL(location, response.url);
  return ` (to ${url.origin}${url.pathname})`;
}
