import fc from 'fast-check';
import type { AuditEntry, EntryContent } from '../../../src/operation/entry.ts';
import { entriesOf } from '../entries.ts';

/** Text that has broken exporters before. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '=1+1',
    '@SUM(A1)',
    '-2',
    '+3',
    '\t=x',
    '\n=x',
    '＝1+1',
    '\r\n',
    '"quoted", and more',
    "';--",
    '</text><script>alert(1)</script>',
    ']]>',
    '"]\n  click n0 href "javascript:alert(1)"',
    '%%{init: {}}%%',
    '`**bold**`',
    '#quot;',
    '&amp;',
    'end',
    '\u0000\u0008\uFFFE',
    '\u202Egnp.exe',
    '😀'.repeat(40),
  ),
);

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const text = fc.oneof(hostile, fc.constant({ $sealed: 'AAAA', subject: 'p1' }));
const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
const count = fc.nat(1e9);
const id = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

const dataset = fc.record(
  {
    namespace: fc.oneof(
      hostile,
      fc.webUrl(),
      fc.constantFrom('postgres://db:5432', 's3://b', 'a:\u00fc', 'x://a@b@c', 'x://h/%zz', 'x://h/%20'),
    ),
    name: hostile,
    version: hostile,
    rows: count,
    bytes: count,
    digest: fc.constant('sha256:00'),
    producedBy: fc.record({ traceId: id(32), spanId: id(16) }),
  },
  { requiredKeys: ['namespace', 'name'] },
);

const content = fc.record(
  {
    action: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.')),
    actor: fc.record({ id: text, type: word, name: text, address: text }, { requiredKeys: ['id'] }),
    attributes: fc.dictionary(hostile, hostile, { noNullPrototype: true }),
    correlation: fc.record(
      { traceId: id(32), spanId: id(16), tenant: hostile, requestId: hostile },
      { requiredKeys: [] },
    ),
    durationMillis: fc.double({ min: 0, max: 1e9, noNaN: true }),
    error: fc.record({ type: word, message: text }, { requiredKeys: ['type'] }),
    inputs: fc.array(dataset, { maxLength: 3 }),
    outcome: fc.constantFrom('success', 'failure', 'cancelled', 'denied', 'unknown'),
    outputs: fc.array(dataset, { maxLength: 3 }),
    phase: some(fc.constant('started')),
    reason: text,
    startTime: fc.constant('2026-11-25T11:59:59.000Z'),
    target: fc.record({ id: text, type: word, name: text }, { requiredKeys: ['id'] }),
  },
  { requiredKeys: ['action'] },
) as fc.Arbitrary<Partial<EntryContent>>;

/** Entries with anything in them that a journal can have. */
export const anyEntries: fc.Arbitrary<AuditEntry[]> = fc
  .array(content, { maxLength: 6 })
  .map((contents) => entriesOf(contents.map(withoutUndefined)));

function withoutUndefined(value: Partial<EntryContent>): Partial<EntryContent> {
  return JSON.parse(JSON.stringify(value)) as Partial<EntryContent>;
}

/** All text of a stream. */
export async function collect(chunks: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const chunk of chunks) all += chunk;
  return all;
}
