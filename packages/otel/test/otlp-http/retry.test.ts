import { describe, expect, it } from 'vitest';
import { isRetryableError, isRetryableStatus, retryAfterMillis } from '../../src/otlp-http/retry.ts';

describe('what is sent again', () => {
  it('is what was answered with one of the four statuses of the specification', () => {
    const statuses = Array.from({ length: 500 }, (_, i) => 100 + i);
    expect(statuses.filter(isRetryableStatus)).toEqual([429, 502, 503, 504]);
  });

  it('is what found no receiver, and not what found one that is none', () => {
    const error = (code: string): Error => Object.assign(new Error(), { code });
    expect(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT'].map(error).every(isRetryableError)).toBe(
      true,
    );
    const lasting = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'HPE_INVALID_CONSTANT'];
    expect(lasting.map(error).some(isRetryableError)).toBe(false);
    expect(isRetryableError(new Error('no code'))).toBe(false);
  });
});

describe('the wait before a retry', () => {
  const now = Date.UTC(2030, 0, 1);
  it.each([
    ['7', 7_000],
    [' 120 ', 120_000],
    ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
    ['Mon, 31 Dec 2029 23:59:59 GMT', undefined],
    ['0', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('that Retry-After: %s asks for is %s', (header, wait) => {
    expect(retryAfterMillis(header, now)).toBe(wait);
  });
});
