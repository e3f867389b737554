import fc from 'fast-check';
import { HOSTILE, HUGE } from '../../src/conformance/notifications.ts';
import type { Json, Notification } from '../../src/notification.ts';

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  // Any UTF-16 units, halves of pairs among them.
  fc
    .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 6 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...Object.values(HOSTILE)),
  fc.constantFrom(
    '&',
    '<',
    '>',
    '*',
    '_',
    '`',
    '\\',
    '\n',
    '\r\n',
    '\0',
    '@everyone',
    '<!here>',
    '…',
    '😀',
    ' ',
    '',
  ),
);

/** Text of any kind, now and then of a great length. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')) },
  {
    weight: 3,
    arbitrary: fc.tuple(piece, fc.integer({ min: 1, max: 3_000 })).map(([text, times]) => text.repeat(times)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...Object.values(HUGE)) },
);

const anyJson: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 15 }),
    fc.dictionary(anyText, tie('json'), { maxKeys: 12 }),
  ),
})).json;

const optional = fc.option(anyText, { nil: undefined });

/** Notifications of any content. */
export const anyNotification: fc.Arbitrary<Notification> = fc
  .record({
    id: anyText,
    event: anyText,
    timestampMillis: fc.oneof(
      fc.integer({ min: 0, max: 4_102_444_800_000 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    severity: fc.constantFrom('info', 'warning', 'error', 'critical'),
    phase: fc.constantFrom('occurred', 'triggered', 'acknowledged', 'resolved'),
    key: anyText,
    title: anyText,
    text: anyText,
    source: fc.record(
      { service: anyText, version: anyText, environment: anyText, host: anyText, instance: anyText },
      { requiredKeys: [] },
    ),
    traceId: fc.oneof(optional, fc.constant('0af7651916cd43dd8448eb211c80319c')),
    spanId: optional,
    payload: fc.oneof(
      fc.dictionary(anyText, anyJson, { maxKeys: 40 }),
      fc.record({
        url: fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), anyText),
        annotations: anyJson,
      }),
    ),
  })
  .map((parts) => parts as Notification);
