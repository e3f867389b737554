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
// As otlp-http/post.ts.
const MAX_BODY_BYTES = 64 * 1024;
const MAX_BODY_MILLIS = 2000;

// Of a connection that could not be made, a stream of HTTP/2 knows only that it was cancelled, and the cause.
function broken(end) {
  return (error) => {
    const { message, code } = error.code === 'ERR_HTTP2_STREAM_CANCEL' && error.cause || error;
    end({ reason: message || code, code }, RETRYABLE_ERRORS.includes(code));
  };
}

// Calls back with the beginning of a body, and whether that is all of it.
function collect(stream, then) {
  const chunks = [];
  let size = 0;
  stream.on('data', (chunk) => {
    if (size < MAX_BODY_BYTES) chunks.push(chunk.subarray(0, MAX_BODY_BYTES - size));
    size += chunk.length;
  });
  stream.on('close', () => then(Buffer.concat(chunks), size <= MAX_BODY_BYTES));
}

function sendHttp({ url, headers, certificates }, body, isGzip, { end, taken }) {
  const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
  const encoding = isGzip ? { 'content-encoding': 'gzip' } : {};
  const all = { ...headers, ...encoding, 'content-length': body.length };
  const options = { ...certificates, method: 'POST', agent: false, headers: all };
  const outgoing = request(url, options, (response) => {
    const { statusCode: status, statusMessage: message, headers: said } = response;
    if (status >= 200 && status <= 299) taken();
    // The status says what became of the data, whatever follows it.
    outgoing.removeAllListeners('error').on('error', () => {});
    response.on('error', () => {});
    const timer = setTimeout(() => response.destroy(), MAX_BODY_MILLIS);
    collect(response, (received, isWhole) => {
      clearTimeout(timer);
      const answer = {
        status,
        message,
        retryAfter: said['retry-after'],
        location: said.location,
        contentType: said['content-type'],
        body: received,
        isComplete: isWhole && response.complete,
      };
      const askedMillis = Number(said['retry-after']) * 1000;
      end({ answer }, RETRYABLE_STATUSES.includes(status), askedMillis);
    });
  });
  outgoing.on('error', broken(end));
  outgoing.end(body);
}

// Calls back with a connection to the receiver, or none where there is no proxy.
function connect({ proxy }, end, then) {
  if (proxy === undefined) return then(undefined);
  const { host, port: at, target, authorization, variable } = proxy;
  const name = 'the proxy of ' + variable;
  const headers = { host: target, ...(authorization && { 'proxy-authorization': authorization }) };
  const asked = require('node:http').request({ method: 'CONNECT', host, port: at, path: target, headers, agent: false });
  asked.on('connect', ({ statusCode, statusMessage }, socket, head) => {
    if (statusCode === 200) {
      socket.on('error', broken(end));
      if (head.length > 0) socket.unshift(head);
      return then(socket);
    }
    socket.destroy();
    end({ reason: name + ' answered ' + statusCode + ' ' + statusMessage }, RETRYABLE_STATUSES.includes(statusCode));
  });
  asked.on('error', ({ message, code }) => {
    end({ reason: name + ': ' + (message || code) }, RETRYABLE_ERRORS.includes(code));
  });
  asked.end();
}

function sendGrpc(request, body, isGzip, attempt) {
  connect(request, attempt.end, (socket) => call(request, socket, body, isGzip, attempt));
}

function call({ url, headers, certificates }, socket, body, isGzip, { end, taken }) {
  const { origin, pathname, protocol } = new URL(url);
  const over = socket && (protocol === 'https:' ? { socket } : { createConnection: () => socket });
  const session = require('node:http2').connect(origin, { ...certificates, ...over });
  session.on('error', broken(end));
  const encoding = isGzip ? { 'grpc-encoding': 'gzip' } : {};
  const stream = session.request({ ...headers, ...encoding, ':method': 'POST', ':path': pathname, te: 'trailers' });
  let last = {};
  const keep = (received) => {
    last = { ...last, ...received };
    if (last['grpc-status'] === '0') taken();
  };
  stream.on('response', keep).on('trailers', keep);
  stream.on('error', (error) => last['grpc-status'] === undefined && broken(end)(error));
  collect(stream, (received, isWhole) => {
    session.destroy();
    const { ':status': http, 'grpc-status': status, 'grpc-message': message = '' } = last;
    if (status === undefined) return end({ reason: 'no gRPC status', code: http }, RETRYABLE_STATUSES.includes(http));
    const grpc = { status: Number(status), message, body: received.subarray(5), isComplete: isWhole };
    end({ grpc }, RETRYABLE_GRPC_STATUSES.includes(grpc.status));
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
      // Not sooner than that, whatever is asked for: what is no time at all, or before now, would be a flood.
      const millis = Math.max(wait, askedMillis || 0);
      if (mayRetry && Date.now() + millis < endsAt) setTimeout(attempt, millis, wait * 2);
      else settle({ index, ...outcome });
    };
    // It is delivered, whether or not there is time for what else the answer says.
    const taken = () => port.postMessage({ index });
    try {
      send(request, body, isGzip, { end, taken });
    } catch (error) {
      end({ reason: error.message });
    }
  };
  attempt(FIRST_WAIT_MILLIS);
});
`;
