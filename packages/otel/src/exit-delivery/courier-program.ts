/**
 * What the courier's thread runs: sends all `requests` of its `workerData` at once, posts to `port` what became of each,
 * and wakes the thread that waits on `done` after the last.
 *
 * A text, and CommonJS: it is found wherever the application was bundled to, nothing that a bundler or a test runner puts
 * into functions gets in, and it needs no loader, since those are not up in a thread that another one waits for.
 */
export const COURIER_PROGRAM = `'use strict';
const { workerData } = require('node:worker_threads');
const { gzipSync } = require('node:zlib');
const { requests, port, done, endsAt } = workerData;

// As while the application runs (otlp-http/retry.ts, otlp-grpc/status.ts), but sooner, and not where nobody listens.
const RETRYABLE_STATUSES = [429, 502, 503, 504];
const RETRYABLE_GRPC_STATUSES = [1, 4, 10, 11, 14, 15];
const RETRYABLE_ERRORS = ['ECONNRESET', 'EPIPE'];
const FIRST_WAIT_MILLIS = 100;

function broken(end) {
  return ({ message, code }) => end({ reason: message || code, code }, RETRYABLE_ERRORS.includes(code));
}

function sendHttp({ url, headers, certificates }, body, isGzip, end) {
  const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
  const encoding = isGzip ? { 'content-encoding': 'gzip' } : {};
  const all = { ...headers, ...encoding, 'content-length': body.length };
  const options = { ...certificates, method: 'POST', agent: false, headers: all };
  const outgoing = request(url, options, (response) => {
    response.on('error', () => {}).resume();
    const { statusCode: code, statusMessage: reason } = response;
    if (code >= 200 && code <= 299) return end({});
    const askedMillis = Number(response.headers['retry-after']) * 1000;
    end({ reason, code }, RETRYABLE_STATUSES.includes(code), askedMillis);
  });
  outgoing.on('error', broken(end));
  outgoing.end(body);
}

function sendGrpc({ url, headers, certificates }, body, isGzip, end) {
  const { origin, pathname } = new URL(url);
  const session = require('node:http2').connect(origin, certificates);
  session.on('error', broken(end));
  const encoding = isGzip ? { 'grpc-encoding': 'gzip' } : {};
  const stream = session.request({ ...headers, ...encoding, ':method': 'POST', ':path': pathname, te: 'trailers' });
  let last = {};
  const keep = (received) => (last = { ...last, ...received });
  stream.on('response', keep).on('trailers', keep).on('error', broken(end)).resume();
  stream.on('close', () => {
    session.destroy();
    const { ':status': http, 'grpc-status': status, 'grpc-message': message = '' } = last;
    if (status === '0') return end({});
    if (status === undefined) return end({ reason: 'no gRPC status', code: http });
    const grpcStatus = Number(status);
    end({ reason: message, grpcStatus }, RETRYABLE_GRPC_STATUSES.includes(grpcStatus));
  });
  // A message is preceded by whether it is compressed and by its length (gRPC over HTTP2, "Length-Prefixed-Message").
  const prefix = Buffer.alloc(5);
  prefix[0] = isGzip ? 1 : 0;
  prefix.writeUInt32BE(body.length, 1);
  stream.write(prefix);
  stream.end(body);
}

let left = requests.length;
function settle(outcome) {
  port.postMessage(outcome);
  if (--left > 0) return;
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

requests.forEach((request, index) => {
  const isGzip = request.compression === 'gzip';
  const body = isGzip ? gzipSync(request.body) : request.body;
  const send = request.transport === 'grpc' ? sendGrpc : sendHttp;
  const attempt = (wait) => {
    let isOver = false;
    const end = (outcome, mayRetry, askedMillis) => {
      if (isOver) return;
      isOver = true;
      const millis = askedMillis || wait;
      if (mayRetry && Date.now() + millis < endsAt) setTimeout(attempt, millis, wait * 2);
      else settle({ index, ...outcome });
    };
    try {
      send(request, body, isGzip, end);
    } catch (error) {
      end({ reason: error.message });
    }
  };
  attempt(FIRST_WAIT_MILLIS);
});
`;
