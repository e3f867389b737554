import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { liveEndpoints } from '../src/endpoints.ts';

it('endpoints show their URLs as they are at the moment, printed, as JSON and copied', () => {
  let url: string | undefined;
  const endpoints = liveEndpoints<{ readonly prometheus: string | undefined }>({ prometheus: () => url });
  expect(inspect(endpoints)).toBe('{ prometheus: undefined }');
  url = 'http://127.0.0.1:9464/metrics';
  expect(endpoints.prometheus).toBe(url);
  expect(inspect({ endpoints })).toBe("{ endpoints: { prometheus: 'http://127.0.0.1:9464/metrics' } }");
  expect(JSON.stringify(endpoints)).toBe('{"prometheus":"http://127.0.0.1:9464/metrics"}');
  expect({ ...endpoints }).toEqual({ prometheus: url });
  expect(Object.keys(endpoints)).toEqual(['prometheus']);
});
