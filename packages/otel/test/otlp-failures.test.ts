import { describe, expect, it } from 'vitest';
import { describeExportFailures } from '../src/export-failures.ts';
import type { OtelOptions } from '../src/options.ts';
import { type OtlpTarget, otlpTarget } from '../src/otlp.ts';
import { otlpFailure } from '../src/otlp-failures.ts';
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
