import { describe, expect, it } from 'vitest';
import { acceptsGzip, negotiateFormat } from '../../src/prometheus/negotiation.ts';

describe('the format is', () => {
  it.each([
    // What Prometheus 2.42 and 3.0 send.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    ['application/openmetrics-text', 'openmetrics'],
    ['APPLICATION/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;q=0.5, text/plain;q=0.5', 'openmetrics'],
    ['application/openmetrics-text;q=0.4, text/plain;q=0.5', 'prometheus'],
    ['application/openmetrics-text;q=0', 'prometheus'],
    ['application/openmetrics-text;version=0.0.1', 'prometheus'],
    ['text/plain;version=0.0.4', 'prometheus'],
    ['*/*', 'prometheus'],
    ['application/json', 'prometheus'],
    ['', 'prometheus'],
    [',;q=,;;', 'prometheus'],
    [undefined, 'prometheus'],
  ])('for Accept %o %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});

describe('compression', () => {
  it.each([
    ['gzip', true],
    ['deflate, gzip;q=0.1, br', true],
    ['*', true],
    ['gzip;q=0, *', false],
    ['gzip; q=0.0', false],
    ['identity', false],
    ['', false],
    [undefined, false],
  ])('for Accept-Encoding %o: %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
