// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files are written so
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveOptions } from '../../channels/src/channels-options.ts';
import * as factories from '../src/channels.ts';
import { resolveConfiguration } from '../src/configuration/resolve-configuration.ts';
import { channels as rule, TYPES } from '../src/configuration/schema/channels/channels-rule.ts';
import type { ChannelType } from '../src/options.ts';
import { type BothSides, bothSides, expectAgreement } from './support/both-sides.ts';
import { ODD_VALUES } from './support/odd-values.ts';

const { consoleChannel, fileChannel, webhook, slack, teams, discord, pagerDuty, email, elastic, splunk } =
  factories;
const SLACK = 'https://hooks.slack.com/services/T/B/c';
const SECRET = `whsec_${'YWFh'.repeat(8)}`;
const MAIL = { from: 'a@b.example', to: 'c@d.example' };

interface Kind {
  readonly factory: (options: never) => factories.Channel;
  /** What cannot be left out. */
  readonly base: object;
  readonly right: readonly object[];
  readonly wrong: readonly object[];
}

const KINDS: Readonly<Record<ChannelType, Kind>> = {
  console: {
    factory: consoleChannel,
    base: {},
    right: [
      { deadline: '30d', batchDelay: 0, batchSize: 2 ** 53 },
      { title: '', text: '{{ payload.labels.app-name }} {{source.host}}' },
      { events: ['*', '!performance.*', 'über/alles:x*'] },
      { retry: { initialDelay: '10m' }, rateLimit: false, circuitBreaker: {}, queue: {} },
      { rateLimit: { count: 1, per: '1s' }, name: 'x'.repeat(100) },
    ],
    wrong: [
      { timeout: '30d' },
      { deadline: 0 },
      { rateLimit: { count: 1 } },
      { rateLimit: { per: '1s' } },
      { rateLimit: {} },
      { rateLimit: true },
      { retry: { initialDelay: '1m', maxDelay: '1s', maxAttempts: 0, times: 3 } },
      { title: '{{a', text: '{{titel}} in {{region}}' },
      { text: 'a}} {{b}}' },
      { text: '{{payload.constructor}}' },
      { events: '!performance.*' },
      { events: ['!performance.*', '*'] },
      { events: ['ok', 'a*b', '', '!', 3, 'a b'] },
      { events: [] },
      { circuitBreaker: { failures: 0, pause: 0 }, queue: { maxNotifications: 0, maxBytes: -1 } },
      { minSeverity: 'fatal', minSeverty: 'error' },
      { name: 'x'.repeat(101) },
      { stream: 'stdin', format: 'xml' },
    ],
  },
  file: {
    factory: fileChannel,
    base: { path: 'events.ndjson' },
    right: [{ maxAge: '30d' }, { maxBytes: false, maxFiles: 1, compress: true, sync: true }],
    wrong: [{ path: ' ' }, { maxAge: '0s' }, { maxBytes: 0, maxFiles: 0.5, compress: 'gzip' }],
  },
  webhook: {
    factory: webhook,
    base: { url: 'https://hooks.example.com/a' },
    right: [
      { url: 'https://user:password@hooks.example.com/a' },
      { secret: SECRET },
      { secret: [SECRET, 'YWFh'.repeat(8)] },
      { secret: 'any-text', signatureHeader: 'X-Hub-Signature-256' },
      { basic: { username: 'a b', password: '' } },
      { bearer: 'token', headers: { 'x-api-key': 'é', 'x-other': ' a\n' } },
    ],
    wrong: [
      { url: 'ftp://hooks.example.com' },
      { url: 'https://<host>/a' },
      { url: 'https://xxxxxxxx.example/a' },
      { bearer: 'a b' },
      { bearer: 'your-token' },
      { basic: { username: 'a:b', password: 'c' } },
      { basic: { username: 'a' } },
      { basic: { username: '', password: 'c' } },
      { bearer: 'token', basic: { username: 'a', password: 'b' } },
      { bearer: 'token', headers: { Authorization: 'Bearer token' } },
      { url: 'https://user@hooks.example.com/a', bearer: 'token' },
      { secret: 'whsec_YQ==' },
      { secret: [] },
      { secret: [SECRET, 'no base64!'] },
      { secret: [SECRET, SECRET], signatureHeader: 'x-signature' },
      { signatureHeader: 'x-signature' },
      { secret: SECRET, signatureHeader: 'x signature' },
      { headers: { 'content-length': '1', 'Idempotency-Key': 'a' } },
      { headers: { 'a b': 'c', x: 'a\nb', y: '💥' } },
      { method: 'GET' },
    ],
  },
  slack: {
    factory: slack,
    base: { url: SLACK },
    right: [
      { threads: false, traceUrl: 'https://grafana.example.com/trace/{{traceId}}' },
      {
        url: undefined,
        token: 'xoxb-1',
        channel: 'C1',
        threads: true,
        apiUrl: 'https://slack.example.com/api',
      },
    ],
    wrong: [
      { url: undefined },
      { url: undefined, token: 'xoxb-1' },
      { url: undefined, channel: 'C1' },
      { token: 'xoxb-1', channel: 'C1' },
      { channel: 'C1' },
      { threads: true },
      { apiUrl: 'https://slack.example.com/api' },
      { url: 'https://user:password@hooks.slack.com/services/T/B/c' },
      { url: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX' },
      { url: undefined, token: 'xoxb-xxx', channel: ' ' },
      { traceUrl: 'https://grafana.example.com/trace' },
      { traceUrl: 'https://user@grafana.example.com/{{traceId}}' },
    ],
  },
  teams: {
    factory: teams,
    base: { url: 'https://prod.logic.azure.com/workflows/1' },
    right: [{ name: 'ops' }],
    wrong: [{ url: undefined }, { url: 'https://a:b@prod.logic.azure.com/' }],
  },
  discord: {
    factory: discord,
    base: { url: 'https://discord.com/api/webhooks/1/a' },
    right: [{ username: 'Ops', avatarUrl: 'pictures/ops.png', threadId: '123' }],
    wrong: [{ username: 'My Discord' }, { username: 'x'.repeat(81) }, { threadId: 123 }, { threadId: 'a1' }],
  },
  pagerDuty: {
    factory: pagerDuty,
    base: { routingKey: 'R'.repeat(32) },
    right: [{ region: 'eu', occurred: 'never', client: 'Shop', clientUrl: 'https://shop.example.com' }],
    wrong: [
      { routingKey: undefined },
      { routingKey: 'x'.repeat(32) },
      { routingKey: 'R'.repeat(31) },
      { url: 'https://a:b@proxy.example.com' },
      { clientUrl: 'shop' },
      { region: 'asia', occurred: 'always' },
    ],
  },
  email: {
    factory: email,
    base: { host: 'mail', ...MAIL },
    right: [
      { host: undefined, url: 'smtps://user:password@mail.example.com' },
      { to: undefined, bcc: ['A <a@b.example>', '"C, D" <c@d.example>'] },
      {
        port: 25,
        secure: false,
        requireTLS: false,
        auth: { user: ' ', pass: 'b' },
        tls: { servername: 'a' },
      },
    ],
    wrong: [
      { host: undefined },
      { host: 'smtp://mail' },
      { url: 'smtp://mail' },
      { host: undefined, url: 'https://mail' },
      { host: undefined, url: 'smtp://user@mail' },
      { host: undefined, url: 'smtp://mail/inbox' },
      { from: undefined },
      { from: 'Ops' },
      { to: undefined },
      { to: [] },
      { to: ['a@b.example', 'c'] },
      { to: 'a@b.example, c@d.example' },
      { cc: Array.from({ length: 100 }, (_, i) => `a${i}@b.example`) },
      { auth: { user: 'a' } },
      { auth: { user: 'a', pass: 'b', method: 'LOGIN' } },
      { tls: ['a'] },
      { port: 0, replyTo: 'a@b.example\n' },
    ],
  },
  elastic: {
    factory: elastic,
    base: { url: 'https://elasticsearch.example.com:9200' },
    right: [
      { index: 'logs-shop-default', apiKey: 'id:key' },
      { username: 'elastic', password: 'secret' },
      { url: 'https://elastic:secret@elasticsearch.example.com' },
    ],
    wrong: [
      { index: 'Logs' },
      { index: '-logs' },
      { username: 'elastic' },
      { password: 'secret' },
      { apiKey: 'a', token: 'b' },
      { url: 'https://elastic:secret@elasticsearch.example.com', token: 'b' },
      { apiKey: '<key>' },
    ],
  },
  splunk: {
    factory: splunk,
    base: { url: 'https://splunk.example.com:8088', token: 'token' },
    right: [{ index: 'main', source: 'shop', sourcetype: '_json', host: 'a', acknowledge: true }],
    wrong: [
      { token: undefined },
      { token: 'changeme' },
      { url: 'https://a:b@splunk.example.com' },
      { index: '' },
    ],
  },
};

/** The rule of a type, and its factory, whose channels the room then looks at. */
function sidesOf(type: ChannelType): BothSides {
  const { factory } = KINDS[type];
  return bothSides(TYPES[type], 'file', (options) => {
    const channel = factory(options);
    try {
      resolveOptions({ to: [channel] });
    } catch (error) {
      const problems = (error as InstrumentError).problems.map((problem) => {
        return { ...problem, path: problem.path.replace('to[0].', '') };
      });
      throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The channels are wrong', problems);
    }
  });
}

describe.each(Object.keys(KINDS) as ChannelType[])('options of %s in a file', (type) => {
  const sides = sidesOf(type);
  const { base, right, wrong } = KINDS[type];

  it.each(right)('are taken by init() as by the factory: %j', (given) => {
    expectAgreement(sides, { ...base, ...given }, true);
  });

  it.each(wrong)('are refused by init() as by the factory: %j', (given) => {
    expectAgreement(sides, { ...base, ...given }, false);
  });

  it.each(Object.keys(TYPES[type].fields))('are judged alike at the bounds: %s', (key) => {
    for (const value of ODD_VALUES) expectAgreement(sides, { ...base, [key]: value });
  });
});

describe('a channel of the user’s own', () => {
  const own = (more: object): object => ({ name: 'own', deliver: async () => {}, ...more });
  const sides = bothSides(rule, 'code', resolveOptions);

  it.each([
    {},
    { maxBatch: Number.POSITIVE_INFINITY, close: () => {} },
    { settings: { deadline: '30d', filter: () => true, title: () => 'a', text: '{{title}}' } },
    { settings: undefined, type: 'own' },
  ])('is taken by init() as by the channels: %j', (more) => {
    expectAgreement(sides, { to: [own(more)] }, true);
  });

  it.each([
    { name: ' ' },
    { name: 'x'.repeat(101) },
    { maxBatch: 0 },
    { close: true },
    { settings: null },
    { settings: { rateLimit: { count: 1 }, title: '{{titel}}' } },
    { settings: { events: ['!a'], filter: 'x', minSeverty: 'error' } },
    { deliver: undefined },
  ])('is refused by init() as by the channels: %j', (more) => {
    expectAgreement(sides, { to: [own(more)] }, false);
  });
});

it.each(['directory', 'closeTimeout'])('%s is judged alike by init() and by the channels', (key) => {
  const sides = bothSides(rule, 'code', resolveOptions);
  const to = [consoleChannel()];
  for (const value of ODD_VALUES) expectAgreement(sides, { to, [key]: value });
});

describe('channels that are wrong', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'instrument-rooms-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const messageOf = (text: string): string => {
    writeFileSync(join(cwd, 'instrument.config.yaml'), text);
    try {
      resolveConfiguration(undefined, { env: {}, cwd });
    } catch (error) {
      if (error instanceof InstrumentError) return error.message;
      throw error;
    }
    return '';
  };

  it('are told with their lines, and the other problems, and no secret', () => {
    const message = messageOf(
      [
        'serviceName: ""',
        'channels:',
        '  - type: pagerDuty',
        `    routingKey: ${'R'.repeat(32)}`,
        '    rateLimit: { count: 1 }',
        '    title: "{{titel}}"',
        '    events:',
        '      - "*"',
        '      - "!performance.* "',
        '  - type: webhook',
        '    url: https://user:secret-1@hooks.example.com/secret-2',
        '    bearer: secret-3',
        '    secret: [secret-4]',
        '    headers: { content-length: "1" }',
      ].join('\n'),
    );
    const told = [...message.matchAll(/- (\S+) \(instrument\.config\.yaml:(\d+)\)/g)].map(
      ([, path, line]) => [path, line],
    );
    expect(told).toEqual([
      ['serviceName', '1'],
      ['channels[0].rateLimit.per', '5'],
      ['channels[0].title', '6'],
      ['channels[0].events[1]', '9'],
      ['channels[1]', '10'],
      ['channels[1].secret[0]', '13'],
      ['channels[1].headers["content-length"]', '14'],
    ]);
    expect(message).not.toContain('secret-');
  });

  it.each([
    ['{ type: slack, url: "${NOTHING:-}" }', ['channels[0].url']],
    ['{ type: webhook, url: "http://h/a", bearer: "${NOTHING:-}", basic: { username: a, password: b } }', []],
    ['{ type: email, host: mail, from: "a@b.example", to: "${NOTHING:-}", cc: "c@d.example" }', []],
    ['{ type: email, host: mail, from: "a@b.example", to: ["${NOTHING:-}"] }', ['channels[0].to']],
    ['{ type: console, events: ["${NOTHING:-}", "!a"] }', ['channels[0].events[1]']],
  ])('are told as if what a variable leaves empty were not there: %s', (channel, paths) => {
    const message = messageOf(`channels:\n  - ${channel}\n`);
    expect([...message.matchAll(/- (\S+) \(/g)].map(([, path]) => path)).toEqual(paths);
  });

  it('are told where no source has their list', () => {
    expect(messageOf('channels: { directory: outbox }\n')).toContain(
      'channels.to (instrument.config.yaml:1): found nothing, expected a list of channels.',
    );
  });

  it('may have their list in the file, and their directory in the settings of an environment', () => {
    const overlay = 'environments: { test: { channels: { directory: outbox } } }';
    expect(messageOf(`environment: test\nchannels: [{ type: console }]\n${overlay}\n`)).toBe('');
  });
});
