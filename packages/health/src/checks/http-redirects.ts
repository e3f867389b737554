import type { HttpTarget } from './http-target.ts';

/** What is sent to a target. */
export interface HttpRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

// Fetch standard, 4.4, "HTTP-redirect fetch".
const MAX_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request, and follows redirects as `fetch` does, save that no header goes to another origin: fetch leaves out
 * `authorization` and `cookie` there, and sends keys in headers of other names.
 *
 * @throws the error of `fetch`; one of redirects that are too many, or lead where no HTTP is spoken.
 */
export async function fetchAlong({ url }: HttpTarget, request: HttpRequest): Promise<Response> {
  const { signal } = request;
  const { origin } = new URL(url);
  let { method, headers } = request;
  let next = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(next, { method, headers, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (location === null || !REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    if (redirects === MAX_REDIRECTS) throw new Error(`more than ${MAX_REDIRECTS} redirects`);
    const to = targetOf(location, next);
    // Not on the way back either: who has sent it there is another one.
    if (to.origin !== origin) headers = new Headers();
    method = methodBehind(response.status, method);
    next = to.href;
  }
}

/** Without credentials, which `fetch` refuses in a URL and quotes. */
function targetOf(location: string, base: string): URL {
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error('redirected to what is no http: or https: URL');
  }
  url.username = '';
  url.password = '';
  return url;
}

/** RFC 9110, 15.4: what came of a request is looked at by another method, as all clients do. */
function methodBehind(status: number, method: string): string {
  // Fetch takes the methods of HTTP in small letters, too.
  const name = method.toUpperCase();
  const isSeen = status === 303 ? name !== 'HEAD' : status < 303 && name === 'POST';
  return isSeen ? 'GET' : method;
}
