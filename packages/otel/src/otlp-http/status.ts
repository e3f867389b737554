import { shownUrl } from '../otlp-transport/shown-url.ts';
import type { Answer } from './post.ts';
import { reasonIn } from './reason.ts';
import { isRetryableStatus, retryAfterMillis } from './retry.ts';

/** An export that was answered with a status other than those of success. */
export class HttpStatusError extends Error {
  /** That of the SDK's error, which its metrics show as `error.type`. */
  override readonly name = 'OTLPExporterError';
  /** The status. */
  readonly code: number;
  /** The body. */
  readonly data: string;
  /** Whether the same data may be sent again. */
  readonly isRetryable: boolean;
  /** What the receiver asked us to wait; `undefined` when it asked for nothing. */
  readonly waitMillis: number | undefined;

  constructor({
    status,
    message,
    body,
    retryAfter,
  }: {
    readonly status: number;
    readonly message: string;
    readonly body: string;
    readonly retryAfter: string | undefined;
  }) {
    super(message);
    this.code = status;
    this.data = body;
    this.isRetryable = isRetryableStatus(status);
    this.waitMillis = retryAfterMillis(retryAfter);
  }
}

/** The error of an answer to what was sent to `url`. Its message is what the receiver said, which may be anything. */
export function statusErrorOf(answer: Omit<Answer, 'isComplete'>, url: URL): HttpStatusError {
  const { status, message, body, retryAfter } = answer;
  const reason = reasonIn(answer);
  // Many repeat the reason phrase.
  const said = [message, reason === message ? '' : reason].filter((part) => part !== '').join(': ');
  return new HttpStatusError({
    status,
    message: `${said}${redirection(answer, url)}`,
    body: Buffer.from(body).toString(),
    retryAfter,
  });
}

/** Where a redirect leads. */
function redirection({ status, location }: Pick<Answer, 'status' | 'location'>, url: URL): string {
  const isRedirect = status >= 300 && status <= 399;
  if (!isRedirect || location === undefined || !URL.canParse(location, url.href)) return '';
  return ` (to ${shownUrl(new URL(location, url.href))})`;
}
