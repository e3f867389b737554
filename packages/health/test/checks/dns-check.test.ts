import { expect, test } from 'vitest';
import { dnsCheck } from '../../src/checks/index.ts';
import { encodedName, serveDns } from './dns-server.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('a name that is answered is healthy, with the records', async () => {
  const server = await serveDns(() => [Buffer.from([10, 0, 0, 1]), Buffer.from([10, 0, 0, 2])]);
  const check = dnsCheck({ hostname: 'api.test', servers: [server], expected: ['10.0.0.2'] });
  const { status, details } = await runCheck(check);
  expect(status).toBe('healthy');
  // Which comes first is the resolver's choice.
  expect(details).toEqual({
    latencyMillis: expect.any(Number),
    records: expect.arrayContaining(['10.0.0.1', '10.0.0.2']),
  });
});

test('answers without what is expected are unhealthy', async () => {
  const server = await serveDns(() => [Buffer.from([10, 0, 0, 1])]);
  const check = dnsCheck({ hostname: 'api.test', servers: [server], expected: ['10.0.0.9'] });
  expect(await runCheck(check)).toEqual({
    status: 'unhealthy',
    reason: 'DNS query api.test A answered 10.0.0.1, without 10.0.0.9',
    details: { records: ['10.0.0.1'] },
  });
});

test('records of other types are compared as zone files write them', async () => {
  const server = await serveDns((question) =>
    question === 'api.test MX'
      ? [Buffer.concat([Buffer.from([0, 10]), encodedName('mail.test')])]
      : [Buffer.from([2, 97, 98, 1, 99])],
  );
  const mail = dnsCheck({ hostname: 'api.test', type: 'MX', servers: [server], expected: ['10 mail.test'] });
  expect(await runCheck(mail)).toMatchObject({ status: 'healthy' });
  const text = dnsCheck({ hostname: 'api.test', type: 'TXT', servers: [server], expected: ['abc'] });
  expect(await runCheck(text)).toMatchObject({ status: 'healthy', details: { records: ['abc'] } });
});

test('a name that does not exist throws', async () => {
  const server = await serveDns(() => []);
  const check = dnsCheck({ hostname: 'none.test', servers: [server] });
  await expect(runCheck(check)).rejects.toThrow('DNS query none.test A: queryA ENOTFOUND none.test');
});

test('a server that is silent is left when the check is aborted', async () => {
  const controller = new AbortController();
  const server = await serveDns(() => {
    controller.abort();
    return undefined;
  });
  const check = dnsCheck({ hostname: 'api.test', servers: [server] });
  await expect(runCheck(check, controller.signal)).rejects.toThrow('ECANCELLED');
});

test('all mistakes are reported together', () => {
  const create = () =>
    dnsCheck(
      untyped({ hostname: 5, type: 'B', servers: ['dns.internal'], expected: [], degradedAbove: 'soon' }),
    );
  expect(problemsOf(create).paths).toEqual(['hostname', 'type', 'servers', 'expected', 'degradedAbove']);
});
