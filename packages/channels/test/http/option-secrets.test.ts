import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as channels from '../../src/index.ts';

const SECRET = 'S3cr3tV4lue99xyz';
const HREF = `https://h.example/${SECRET}`;

/** What people write where a secret should be, by mistake. */
const SHAPES: readonly unknown[] = [
  SECRET,
  `https://user:${SECRET}@h.example/${SECRET}?a=${SECRET}`,
  `ht!tp://${SECRET}`,
  `${SECRET} ${SECRET}`,
  `<${SECRET}>`,
  [SECRET],
  [[HREF]],
  { a: SECRET },
  { 'x\n': SECRET },
  { authorization: `${SECRET}\n` },
  { user: SECRET, pass: SECRET, extra: SECRET },
  { username: `a:${SECRET}`, password: 7 },
  { toString: () => SECRET },
  Object(SECRET),
  new URL(HREF),
  new Map([[SECRET, SECRET]]),
  new Error(SECRET),
  Symbol(SECRET),
  Buffer.from(SECRET),
];
const KEYS = [
  ...['url', 'apiUrl', 'token', 'routingKey', 'apiKey', 'password', 'bearer', 'basic'],
  ...['secret', 'headers', 'auth', 'tls', 'tokenn'],
];
const OTHERS: Readonly<Record<string, object>> = {
  slack: { channel: 'C1' },
  teams: {},
  discord: {},
  pagerDuty: {},
  webhook: {},
  elastic: {},
  splunk: {},
  email: { from: 'a@example.com', to: 'b@example.com' },
};

/** Whether a value shows the secret, however it is looked at. */
function shows(value: unknown): boolean {
  return inspect(value, { depth: 20, showHidden: true, getters: true }).includes(SECRET);
}

/** What a function gives, or throws. */
function outcomeOf(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

describe.each(Object.keys(OTHERS))('%s', (kind) => {
  const make = (channels as unknown as Record<string, (options: object) => unknown>)[kind]!;

  test.each(KEYS)('never shows what is given as %s, right or wrong', (key) => {
    const shown = SHAPES.filter((shape) => shows(outcomeOf(() => make({ ...OTHERS[kind], [key]: shape }))));
    expect(shown.map((shape) => inspect(shape))).toEqual([]);
  });
});

test.each([HREF, [HREF], { url: HREF }, [[HREF]], [{ url: HREF }], [{ name: 'a', deliver: HREF }]])(
  'what is given for channels is not shown: %j',
  (to) => {
    const error = outcomeOf(() => channels.createChannels({ to } as never));
    expect(error).toMatchObject({ code: 'INSTRUMENT_INVALID_ARGUMENT' });
    expect(shows(error)).toBe(false);
  },
);
