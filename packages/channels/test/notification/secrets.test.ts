import { describe, expect, it } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';
import { withoutSecrets } from '../../src/notification/secrets.ts';

const read = createNotificationReader({});
const of = (payload: unknown) => read('test.event', payload, 'id').payload;

describe('secrets', () => {
  it.each([
    'password',
    'PASSWORD',
    'userPassword',
    'db_password',
    'authorization',
    'Authorization',
    'x-api-key',
    'apiKey',
    'APIKey',
    'api_key',
    'accessToken',
    'refresh_token',
    'token',
    'client_secret',
    'Set-Cookie',
    'cookie',
    'privateKey',
    'connectionString',
    'sessionId',
    'credentials',
    'routingKey',
    'webhookUrl',
    'pwd',
    'passphrase',
    'pass',
    'SMTP_PASS',
    'tokens',
    'refreshTokens',
    'token2',
    'api_key_1',
    'cvv2',
    'privateKeyPem',
    'PrivateKeyPem',
    'PGPASSWORD',
    'dbpassword',
    'dbpasswords_old',
    'pass-word',
    'passWord',
    'sslPassPhrase',
    'clientsecret',
    'clientsecret_id',
    'awscredentials',
    'sessioncookie',
    'usertoken',
    'myapikey',
    'secretkey',
    'dbaccesskey',
    'privatekey',
    'connectionstring',
    'JSESSIONID',
    'PHPSESSID',
  ])('%s is one', (key) => {
    expect(of({ inner: { [key]: 'hunter2', list: [{ [key]: { value: 'hunter2' } }] } })).toEqual({
      inner: { [key]: '[redacted]', list: [{ [key]: '[redacted]' }] },
    });
  });

  it.each([
    'key',
    'tokenCount',
    'tokensUsed',
    'maxTokens',
    'max_tokens',
    'promptTokens',
    'publicKeyPem',
    'pin13',
    'passes',
    'bypass',
    'oauth',
    'authMethod',
    'author',
    'pinned',
    'monkey',
    'passed',
    'compass',
    'keyboard',
    'secretary',
    'cookieless',
    'bypassCode',
    'compassPhrase',
    'trespassers',
    'possessionId',
    'assessId',
    'preauthorization',
    'secretariat',
    'tokenizer',
    'publickey',
    'keyword',
    'hotspin',
    'laptop',
    'signature',
    'sig',
    'url',
    'id',
  ])('%s is none', (key) => {
    expect(of({ [key]: 'plain' })).toEqual({ [key]: 'plain' });
  });

  it('are no numbers of what may be counted, and no keys of what has keys of its own', () => {
    const login = { user: 'me', pass: 'hunter2' };
    expect(
      of({ tokens: 812, completionTokens: 31n, pass: 12, fail: 1, auth: login, inner: { auth: true } }),
    ).toEqual({
      tokens: 812,
      completionTokens: '31',
      pass: 12,
      fail: 1,
      auth: { user: 'me', pass: '[redacted]' },
      inner: { auth: true },
    });
    const texts = ['hunter2', Object('hunter2'), ['me', 'hunter2'], { toJSON: () => 'hunter2' }];
    expect(
      of({ texts: texts.map((auth) => ({ auth })), tokens: ['hunter2'], pass: { a: 'hunter2' } }),
    ).toEqual({
      texts: texts.map(() => ({ auth: '[redacted]' })),
      tokens: '[redacted]',
      pass: '[redacted]',
    });
  });

  it('are found in lists of headers, of pairs and as Node.js has them', () => {
    const raw = ['Host', 'x', 'Authorization', 'hunter2', 'Cookie', 'sid=hunter2', 'X-Api-Key', 'hunter2'];
    const safe = [
      'Host',
      'x',
      'Authorization',
      '[redacted]',
      'Cookie',
      '[redacted]',
      'X-Api-Key',
      '[redacted]',
    ];
    const headers = [
      ['host', 'x'],
      ['cookie', 'sid=hunter2'],
      ['set-cookie', 'a=hunter2', 'b=hunter2'],
      ['authorization'],
    ];
    expect(of({ inner: { rawHeaders: raw, raw_trailers: raw }, headers, responseHeaders: headers })).toEqual({
      inner: { rawHeaders: safe, raw_trailers: safe },
      headers: [['host', 'x'], ['cookie', '[redacted]'], ['set-cookie', '[redacted]'], ['authorization']],
      responseHeaders: [
        ['host', 'x'],
        ['cookie', '[redacted]'],
        ['set-cookie', '[redacted]'],
        ['authorization'],
      ],
    });
    const names = { allowedHeaders: ['authorization', 'cookie'], edges: [['token', 'refresh']] };
    expect(of(names)).toEqual(names);
    const many = of({ rawHeaders: Array.from({ length: 300 }, (_, i) => (i % 2 ? 'hunter2' : 'cookie')) });
    expect(many.rawHeaders).toHaveLength(101);
    expect(JSON.stringify(many)).toContain('… 200 more');
    expect(JSON.stringify(many)).not.toContain('hunter2');
  });

  it('are found behind a scheme and in addresses, and whether there is one may be known', () => {
    expect(
      of({
        a: 'postgres://me:hunter2@db/x failed',
        b: 'sent Bearer abc123def456ghi7',
        c: 'the bearer of this',
      }),
    ).toEqual({
      a: 'postgres://[redacted]@db/x failed',
      b: 'sent Bearer [redacted]',
      c: 'the bearer of this',
    });
    expect(of({ token: true, password: null, secret: '', pin: 1234 })).toEqual({
      token: true,
      password: null,
      secret: '',
      pin: '[redacted]',
    });
  });

  it.each([
    ['of any length', `postgres://me:${'hunter2'.repeat(500)}@db/x`],
    ['with an @ in it', 'postgres://me:hunter2@hunter2@db/x'],
    ['without a user', 'postgres://:hunter2@db/x'],
    ['with a slash in it', 'postgres://me:hunt/er2@db/x'],
    ['with slashes and an @ in it', 'postgres://me:hunt/er@2//@db/x'],
    ['with a question mark in it', 'postgres://me:hunt?er#2@db/x'],
    ['that begins with digits, and without a user', 'postgres://:77/hunter2@db/x'],
  ])('in an address are found, a password %s', (_, address) => {
    expect(of({ reason: `no answer of ${address}, tried twice`, [address]: 1 })).toEqual({
      reason: 'no answer of postgres://[redacted]@db/x, tried twice',
      'postgres://[redacted]@db/x': 1,
    });
    expect(of({ pools: new Map([[address, 7]]) })).toEqual({ pools: { 'postgres://[redacted]@db/x': 7 } });
  });

  it('in an address that is none for its slash are found in the error that says so', () => {
    let error: unknown;
    try {
      new URL('postgres://app:Zk3/w9Qx@db:5432/shop');
    } catch (reason) {
      error = reason;
    }
    expect(JSON.stringify(of({ error }))).toContain('postgres://[redacted]@db:5432/shop');
    expect(JSON.stringify(of({ error }))).not.toContain('w9Qx');
  });

  it.each([
    'GET http://host:3000/@scope/pkg',
    'http://[::1]:3000/@scope/pkg',
    'https://cdn.example.com/npm/pkg@1.2.3/file.js?by=me@example.com',
    'file:///srv/node_modules/@scope/pkg/index.js:3:7',
    'file://C:/srv/@scope',
    'me@example.com, http://host/',
    'amqp://host:5672 and then me:you/@example.com',
  ])('are not what looks like one: %s', (text) => {
    expect(of({ text })).toEqual({ text });
  });

  it('in one address leave what is before and behind it', () => {
    expect(of({ text: 'http://a:80/@x,redis://:p/w@h:1 or amqp://b:c@h/@v' })).toEqual({
      text: 'http://a:80/@x,redis://[redacted]@h:1 or amqp://[redacted]@h/@v',
    });
  });

  it.each([
    ['https://x/?access_token=hunter2&page=2', 'https://x/?access_token=[redacted]&page=2'],
    ['GET /in?page=2&api_key=hunter2#top failed', 'GET /in?page=2&api_key=[redacted]#top failed'],
    ['{"url":"https://x/#token=hunter2"}', '{"url":"https://x/#token=[redacted]"}'],
    ['https://x/?X-Amz-Signature=hunter2&X-Amz-Date=2', 'https://x/?X-Amz-Signature=[redacted]&X-Amz-Date=2'],
    ['https://x/?sv=2020&sig=hunter2%3D&se=2030', 'https://x/?sv=2020&sig=[redacted]&se=2030'],
    ['https://x/?%74oken=hunter2&to%6Ben=hunter2', 'https://x/?%74oken=[redacted]&to%6Ben=[redacted]'],
    ['https://x/?user%5Bpassword%5D=hunter2', 'https://x/?user%5Bpassword%5D=[redacted]'],
    ['https://x/?a=1;token=hunter2;b=3&c=4', 'https://x/?a=1;token=[redacted];b=3&c=4'],
    ['https://x/?token=hunter2;hunter2;&a=1;2', 'https://x/?token=[redacted]&a=1;2'],
    ['jdbc:sqlserver://h;user=sa;password=hunter2', 'jdbc:sqlserver://h;user=sa;password=[redacted]'],
    ['https://x/?design=7&sigma=2&%zz=3&to%ken=4', 'https://x/?design=7&sigma=2&%zz=3&to%ken=4'],
    ['https://x/?tokens=7&maxTokens=9&author=me&pass=3', 'https://x/?tokens=7&maxTokens=9&author=me&pass=3'],
  ])('in the query of an address are found: %s', (text, expected) => {
    expect(of({ text, url: URL.canParse(text) ? new URL(text) : null })).toMatchObject({ text: expected });
  });

  it.each(['', 'RSA ', 'EC ', 'ENCRYPTED ', 'OPENSSH '])('that are a private key are found: %s', (kind) => {
    const pem = `-----BEGIN ${kind}PRIVATE KEY-----\nhunter2\nhunter2=\n-----END ${kind}PRIVATE KEY-----`;
    const cert = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----';
    expect(
      of({ text: `read ${pem}, and ${cert}`, json: JSON.stringify({ pem }), half: pem.slice(0, 50) }),
    ).toEqual({
      text: `read [redacted], and ${cert}`,
      json: '{"pem":"[redacted]"}',
      half: '[redacted]',
    });
  });

  it.each([
    ['an address', 'postgres://admin:SuperHunter2Secret@db/x', 30],
    ['an address with a slash in it', 'postgres://admin:Super/Hunter2/Secret@db/x', 35],
    ['an address behind another one', 'redis://a:b@h/,postgres://admin:SuperHunter2Secret@db/x', 45],
    ['a token', 'Bearer Hunter2abcdefghijklmnop', 12],
    ['a short token', 'Bearer Hunter2', 11],
    ['a parameter', 'https://x/?access_token=Hunter2', 29],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nHunter2Hunter2', 40],
  ])('that are cut are not shown, though what is in front has become short: %s', (_, secret, shown) => {
    // The password in front takes up what is looked at, and its mark leaves room for what is at the end of that.
    const front = `https://u:${'p'.repeat(9_000)}@h `;
    const text = `${front}${' '.repeat(16_384 - front.length - shown)}${secret} and more`;
    const safe = of({ text }).text as string;
    expect(safe).toMatch(/^https:\/\/\[redacted\]@h +.*… \(\d+ characters\)$/s);
    expect(safe).not.toContain('Hunter2');
    expect(safe).not.toContain('Super');
    expect(JSON.stringify(of({ [text]: 1, error: new Error(text) }))).not.toContain('Hunter2');
  });

  it('that are cut leave what surely is none', () => {
    const long = (end: string): unknown => of({ text: `https://u:${'p'.repeat(9_000)}@h ${end}` }).text;
    const host = `https://example.com/${'a'.repeat(9_000)}`;
    expect(long(host)).toMatch(/^https:\/\/\[redacted\]@h https:\/\/example\.com\/a{7000,}… /);
    expect(long('a'.repeat(9_000))).toMatch(/^https:\/\/\[redacted\]@h a{7000,}… /);
  });

  it.each(['://', '://a@', '@://', '://a:b', '://:/', '@', '[:'])(
    'are looked for once in all of %s',
    (part) => {
      // A text is cut before; this takes for ever if it is looked at once more for each part.
      const long = `${part.repeat(300_000)} me@example.com`;
      expect(withoutSecrets(long).endsWith('@example.com')).toBe(true);
      expect(withoutSecrets(long, true).endsWith('@example.com')).toBe(true);
    },
  );

  it.each([
    '?',
    '?a=',
    '&a=1',
    '?aaa',
    ';',
    ';a',
    ';a=',
    '?a=;',
    '&%7',
    '-----BEGIN ',
    '-----END ',
    'bearer ',
    'bearer a ',
  ])('of other forms are looked for once in all of %s', (part) => {
    const long = `-----BEGIN PRIVATE KEY ${part.repeat(300_000)}`;
    expect(withoutSecrets(`${long}. The end`)).toBe(`${long}. The end`);
    expect(withoutSecrets(`${long}. The end`, true)).toBe(`${long}. The end`);
  });

  it('behind a scheme are found, however long', () => {
    expect(of({ header: `Bearer ${'abc1'.repeat(1_500)}, and more` })).toEqual({
      header: 'Bearer [redacted], and more',
    });
  });

  it('make keys the same that were not, which are numbered then', () => {
    const pools = { 'db://a:1@db': { open: 3 }, 'db://b:2@db': { open: 4 }, 'db://c:3@db': { open: 5 } };
    expect(of({ pools })).toEqual({
      pools: {
        'db://[redacted]@db': { open: 3 },
        'db://[redacted]@db (2)': { open: 4 },
        'db://[redacted]@db (3)': { open: 5 },
      },
    });
    const long = 'x'.repeat(200);
    const keys = Object.keys(of({ [`${long}1`]: 1, [`${long}2`]: 2 }));
    expect(keys).toEqual([`${'x'.repeat(127)}…`, `${'x'.repeat(123)}… (2)`]);
  });

  it('are known by the beginning and the end of a long key', () => {
    const long = 'x '.repeat(500);
    expect(Object.values(of({ [`password ${long}`]: 'a', [`${long}apiKey`]: 'b', [long]: 'c' }))).toEqual([
      '[redacted]',
      '[redacted]',
      'c',
    ]);
  });

  it('are not read out of a getter either', () => {
    expect(
      of({
        get token() {
          throw new Error('hunter2');
        },
      }),
    ).toEqual({ token: '[redacted]' });
  });
});
