import { generateKeyPairSync } from 'node:crypto';
import { health } from '@org/instrument-health';
import { createHealthRoutes } from '@org/instrument-health/http';
import { describe, expect, it } from 'vitest';
import { givenPrivateKey } from '../../audit/src/checkpoint/private-key.ts';
import type { AuditOptions } from '../../audit/src/options.ts';
import { resolveAuditOptions } from '../../audit/src/resolve-options.ts';
import { resolveSettings } from '../../statsd/src/settings.ts';
import { settingsOf } from '../../system/src/settings.ts';
import { options } from '../src/configuration/schema/options-rule.ts';
import type { Fields } from '../src/configuration/schema/rule.ts';
import { type BothSides, bothSides, expectAgreement } from './support/both-sides.ts';
import { ODD_VALUES } from './support/odd-values.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const ofEllipse = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: typeof privateKey): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string;

interface Room {
  /** What cannot be left out. */
  readonly base: object;
  /** Options that are none of the room's own, or whose values are not its to judge. */
  readonly others: readonly string[];
  check(options: never): unknown;
  readonly right: readonly object[];
  readonly wrong: readonly object[];
}

const ROOMS: Readonly<Record<'audit' | 'health' | 'system' | 'statsd', Room>> = {
  audit: {
    base: { directory: 'journal' },
    // A path is judged when the journal is opened.
    others: ['spans', 'signingKey'],
    check: (given: AuditOptions) => {
      resolveAuditOptions(given);
      if (given.signingKey !== undefined) givenPrivateKey(given.signingKey);
    },
    right: [
      { directory: ' ' },
      { segmentAge: '30d', retention: { maxAge: '365d' } },
      { segmentAge: 0, retention: { maxAge: 0 }, checkpointInterval: 0 },
      { commitInterval: '30d', blockTimeout: '30d', checkpointInterval: '30d' },
      { origin: 'example.org/checkout' },
      { actions: ['orders.*', 'orders-2.refund', '*'] },
      {
        redact: {
          paths: ['**.ssn', 'attributes.items[0].a', 'Actor.ID', 'correlation.traceId'],
          patterns: [/a/g],
        },
      },
      { redact: { replacement: '', paths: [], patterns: [] } },
      { signingKey: privateKey },
      { signingKey: pem(privateKey) },
    ],
    wrong: [
      { directory: '' },
      { directory: undefined },
      { segmentAge: '1 week', retention: { maxAge: -1 } },
      { origin: 'a+b' },
      { origin: 'a\u0007' },
      { actions: [] },
      { actions: ['orders.refund', 'audit.journal', 'a'.repeat(129)] },
      {
        redact: { paths: ['pasword', 'attributes.pass*', 'actor.mail', 'action', 'attributes.', 'reason.a'] },
      },
      { redact: { patterns: ['ssn', /a*/g, /(?:)/y] } },
      { redact: { replacement: 'x'.repeat(65) } },
      { maxEntryBytes: 1, maxTextLength: 2 ** 30, segmentBytes: 4_095, maxWaitingBytes: 1.5 },
      { whenFull: 'drop', blokTimeout: 1 },
      { signingKey: '' },
      { signingKey: publicKey },
      { signingKey: pem(publicKey) },
      { signingKey: ofEllipse.privateKey },
      { signingKey: pem(ofEllipse.privateKey) },
      { signingKey: '-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----' },
    ],
  },
  health: {
    base: {},
    others: ['host', 'port', 'drainDelay', 'guard'],
    check: (given: never) => createHealthRoutes(health, given),
    right: [
      { basePath: '' },
      { basePath: '/' },
      { basePath: '/svc/' },
      { paths: { health: '/livez', live: '/health' } },
      { paths: { health: '/livez', live: false } },
      { paths: { live: '/health/live' } },
      { version: ' ', description: 'Takes orders' },
      { authorize: () => true },
    ],
    wrong: [
      { basePath: 'svc' },
      { basePath: '//' },
      { basePath: '/svc//' },
      { basePath: '/a?b' },
      { paths: { health: '/livez' } },
      { paths: { ready: '/startupz' } },
      { paths: { live: '/a', ready: '/a' } },
      { paths: { live: '/', ready: 'a', startup: true, heatlh: '/a' } },
      { details: 'all', token: 'a b', version: '', releaseId: 7 },
      { authorize: 'everyone' },
    ],
  },
  system: {
    base: {},
    others: [],
    check: settingsOf,
    right: [
      { interval: '30d' },
      { interval: 100 },
      { build: false },
      { build: { version: 'a', revision: 'b' } },
      { diskInclude: [], networkExclude: ['eth*'] },
    ],
    wrong: [
      { interval: 99 },
      { interval: '99ms' },
      { build: { version: ' ', comit: 'a' } },
      { cpu: 'yes', perCpu: 1, diskInclude: 'sd*', networkExclude: [''], procDirectory: '' },
      { disc: false },
    ],
  },
  statsd: {
    base: {},
    // What stands in a tag, and how long a timer can wait, is checked by init() alone.
    others: ['interval', 'tags', 'timeout'],
    check: (given: never) => resolveSettings(given, {}),
    right: [
      { prefix: '' },
      { dnsRefresh: '30d' },
      { dnsRefresh: 0, timeout: 0, maxBufferBytes: 0 },
      { transport: 'unix', path: '/tmp/a', framing: 'newline' },
      { protocolVersion: '1.3', timestamps: true, containerId: 'a' },
      { tags: { env: 'test' }, resourceTags: /^k8s/, quantiles: [0.5, 0.999999] },
    ],
    wrong: [
      { dialect: 'dogstats', port: 70_000, quantiles: [2], prefx: 'a' },
      { transport: 'unix' },
      { transport: 'tcp', path: '/tmp/a' },
      { transport: 'unix', path: '/tmp/a', host: 'a' },
      { framing: 'length' },
      { timestamps: true },
      { containerId: 'a' },
      { dialect: 'influx', protocolVersion: '1.1' },
      { host: 'http://agent' },
      { prefix: 'a:b' },
      { dnsRefresh: '1 week' },
      { maxPacketBytes: 1 },
      { path: `/${'x'.repeat(107)}` },
      { resourceTags: '(' },
      { tags: ['a'] },
    ],
  },
};

describe.each(Object.entries(ROOMS))('options of %s', (name, { base, others, check, right, wrong }) => {
  const rule = options.fields[name] as Fields;
  const sides: BothSides = bothSides(rule, 'code', check);

  it.each(right)('are taken by init() as by the room itself: %j', (given) => {
    expectAgreement(sides, { ...base, ...given }, true);
  });

  it.each(wrong)('are refused by init() as by the room itself: %j', (given) => {
    expectAgreement(sides, { ...base, ...given }, false);
  });

  it.each(Object.keys(rule.fields).filter((key) => !others.includes(key)))(
    'are judged alike at the bounds: %s',
    (key) => {
      for (const value of ODD_VALUES) expectAgreement(sides, { ...base, [key]: value });
    },
  );
});

it('a journal whose options are wrong is told by init(), not when it is opened', () => {
  const redact = { paths: ['pasword'] };
  const sides = bothSides(options, 'code', () => {});
  const { problems } = sides.inspect({ audit: { directory: 'journal', redact } });
  expect(problems).toMatchObject([
    {
      path: 'audit.redact.paths[0]',
      fix: 'Write attributes.pasword, or **.pasword for wherever it is.',
    },
  ]);
});
