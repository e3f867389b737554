import { STATUS_CODES } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { describeExportFailures } from '../src/export-failures.ts';
import type { OtelOptions } from '../src/options.ts';
import { type OtlpTarget, otlpTarget } from '../src/otlp.ts';
import { otlpFailure } from '../src/otlp-failures.ts';
import { GrpcStatusError } from '../src/otlp-grpc/status.ts';
import type { Answer } from '../src/otlp-http/post.ts';
import { statusErrorOf } from '../src/otlp-http/status.ts';
import { Receiver } from '../src/receiver.ts';

/** What is said of an export of traces that failed like this. */
function said(otlp: OtelOptions['otlp'], error: Error): string {
  const exporter = {
    export: (_: unknown, done: (result: { code: number; error?: Error }) => void) => done({ code: 1, error }),
  };
  const receiver = new Receiver(otlpFailure(otlpTarget(otlp, 'traces') as OtlpTarget));
  const described = describeExportFailures(exporter, receiver);
  let message = '';
  described.export([], (result) => {
    message = result.error?.message ?? '';
  });
  return message;
}

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4318'), { code: 'ECONNREFUSED' });
const answered = (code: number, message: string): Error => Object.assign(new Error(message), { code });

/** What is made of an answer to traces that were sent to the default endpoint. */
function refusal(status: number, answer: Partial<Answer> = {}): Error {
  const all = { message: STATUS_CODES[status] ?? '', retryAfter: undefined, location: undefined, ...answer };
  const { contentType, body = Buffer.alloc(0) } = answer;
  return statusErrorOf({ ...all, status, contentType, body }, new URL('http://localhost:4318/v1/traces'));
}

describe('an export that failed', () => {
  it.each<[string, OtelOptions['otlp'], string]>([
    [
      'the option and its variable',
      { endpoint: 'http://c:4318' },
      'otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)',
    ],
    ['them for the default endpoint too', true, 'otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)'],
    [
      'those of the signal when they set the address',
      { endpoint: 'http://c:4318', traces: { endpoint: 'http://t:4318/v1/traces' } },
      'otlp.traces.endpoint (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)',
    ],
  ])('for want of a receiver names %s', (_, otlp, option) => {
    expect(said(otlp, refused)).toMatch(/^OTLP receiver http:.*\/v1\/traces: connect ECONNREFUSED 127/);
    expect(said(otlp, refused)).toContain(`. The address is set by ${option}`);
  });

  it.each([
    [404, 'The address is set by otlp.endpoint'],
    [308, 'The address is set by otlp.endpoint'],
    [401, 'See otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)'],
    [403, 'See otlp.headers (OTEL_EXPORTER_OTLP_HEADERS)'],
  ])('with %d says which option to look at', (status, hint) => {
    expect(said({ endpoint: 'http://c:4318' }, answered(status, 'No'))).toContain(
      `OTLP receiver http://c:4318/v1/traces answered ${status}: No. ${hint}`,
    );
  });

  it.each([400, 500, 503])('with %d points at no option', (status) => {
    expect(said(true, answered(status, 'No'))).toBe(
      `OTLP receiver http://localhost:4318/v1/traces answered ${status}: No`,
    );
  });

  it.each<[string, string, string | Buffer, string]>([
    ['a text', 'text/plain; charset=utf-8', 'invalid temporality\n', ': invalid temporality'],
    ['a text without a type', '', 'no', ': no'],
    ['a text of two lines', 'text/plain', 'one\ntwo', ': one\\u{a}two'],
    ['the reason phrase again', 'text/plain', 'Bad Request', ''],
    ['a status as JSON', 'application/json', '{"code":3,"message":"bad name"}', ': bad name'],
    ['other JSON', 'application/json', '{"error":"bad name"}', ': {"error":"bad name"}'],
    ['a status', 'application/x-protobuf', Buffer.from([0x08, 3, 0x12, 3, 0x62, 0x61, 0x64]), ': bad'],
    ['bytes', 'application/x-protobuf', Buffer.from([0xff, 0xff]), ''],
    ['bytes without a type', '', Buffer.from([0, 1, 2, 0xff]), ''],
    ['a page', 'text/html', '<h1>No</h1>', ''],
    ['a page without a type', '', '<h1>No</h1>', ''],
    ['nothing', '', '', ''],
  ])('tells the reason of a receiver that sends %s', (_, contentType, body, reason) => {
    expect(said(true, refusal(400, { contentType, body: Buffer.from(body) }))).toBe(
      `OTLP receiver http://localhost:4318/v1/traces answered 400: Bad Request${reason}`,
    );
  });

  it.each([
    ['https://user:secret@c:1/v1/traces?key=secret', 'https://c:1/v1/traces'],
    ['/login', 'http://localhost:4318/login'],
  ])('shows where a redirect to %s leads', (location, shown) => {
    expect(said(true, refusal(308, { location }))).toBe(
      `OTLP receiver http://localhost:4318/v1/traces answered 308: Permanent Redirect (to ${shown}). ` +
        'The address is set by otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)',
    );
  });

  it('that was too large says how to make it smaller', () => {
    expect(said(true, refusal(413))).toMatch(
      /otlp\.compression.*traces\.batch\.maxExportBatchSize.*a higher limit/,
    );
    const compressed = { enabled: true, compression: 'gzip' } as const;
    expect(said(compressed, refusal(413))).not.toContain('otlp.compression');
    const overGrpc = new GrpcStatusError({ code: 2, details: 'Received HTTP status code 413' });
    expect(said({ ...compressed, protocol: 'grpc' }, overGrpc)).toMatch(
      / answered 413: .*maxExportBatchSize/,
    );
  });

  it.each([
    ['<center>The plain HTTP request was sent to HTTPS port</center>', /write https:\/\/ in otlp\.endpoint/],
    ['Client sent an HTTP request to an HTTPS server.\n', /write https:\/\/ in otlp\.endpoint/],
    ['<center>No required SSL certificate was sent</center>', /OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE/],
  ])('at a port of TLS says so: %s', (body, hint) => {
    expect(said(true, refusal(400, { body: Buffer.from(body) }))).toMatch(hint);
  });

  it.each([
    ['self-signed certificate', 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    ['unable to verify the first certificate', 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    [
      'error:0A00045C:SSL routines::tlsv13 alert certificate required',
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    ],
  ])('over TLS (%s) names the variable of the file, by either protocol', (message, variable) => {
    const overGrpc = new GrpcStatusError({
      code: 14,
      details: `No connection established. Last error: ${message}`,
    });
    for (const error of [new Error(message), overGrpc]) {
      expect(said(true, error)).toContain(variable);
      expect(said(true, error)).not.toContain('The address is set by');
    }
    const own = variable.replace('OTLP', 'OTLP_TRACES');
    vi.stubEnv(own, 'file.pem');
    expect(said(true, overGrpc)).toContain(own);
    vi.unstubAllEnvs();
  });

  it('shows no header that a receiver sends back, not even a part of it, and nothing that a terminal would obey', () => {
    const headers = { authorization: 'Bearer abcdef123', 'x-tenant': 'eu' };
    const said400 = (message: string): string =>
      said({ endpoint: 'http://c:4318', headers }, answered(400, message));
    expect(said400('no Bearer abcdef123\n\u001b[2J in eu')).toMatch(
      /answered 400: no \[redacted\]\\u\{a\}\\u\{1b\}\[2J in eu$/,
    );
    // Where it is cut off.
    expect(said400(`${'x'.repeat(992)} abcdef123`)).not.toContain('abc');
  });

  it('shows neither passwords nor keys', () => {
    const endpoint = 'https://user:secret@c.example/v1/traces?key=secret';
    const message = said({ traces: { endpoint } }, refused);
    expect(message).toContain('OTLP receiver https://c.example/v1/traces: ');
    expect(message).not.toContain('secret');
  });
});
