import { describe, expect, it } from 'vitest';
import { encoderProblems } from '../../src/encode/encoder-options.ts';
import { createEntryEncoder } from '../../src/encode/operation.ts';
import { personal } from '../../src/subjects/personal.ts';
import { createBed, FACTS, HiddenTexts } from './encoding.ts';

const NEEDLE = 'ada@example.org';
const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** An operation that says something in every text that it has. */
function everywhere(text: string): Record<string, unknown> {
  return {
    action: 'a.b',
    actor: { id: `${text} 1`, type: text, name: text, address: text },
    target: { id: text, type: text, name: text },
    error: new Error(text, { cause: new Error(`deep ${text}`) }),
    inputs: [{ namespace: text, name: text, version: text, digest: text }],
    outputs: [{ namespace: text, name: text }],
    reason: text,
    correlation: { requestId: text, tenant: text },
    attributes: {
      [text]: text,
      [`${text}!`]: { list: [text, new Map([[text, new Set([text])]])], error: new Error(text) },
      date: { toJSON: () => text },
      url: new URL(`https://example.org/?q=${text}`),
      whole: Object(text),
    },
  };
}

describe('patterns', () => {
  it('find what they look for in every text, value or key', () => {
    const { content, text } = createBed({ redact: { patterns: ['email'] } }).encode(everywhere(NEEDLE));
    expect(text).not.toContain(NEEDLE);
    expect(content.actor).toEqual({
      address: '[redacted]',
      id: '[redacted] 1',
      name: '[redacted]',
      type: '[redacted]',
    });
    expect(content.error).toEqual({ message: '[redacted]: deep [redacted]', type: 'Error' });
    expect(content.inputs?.[0]?.namespace).toBe('[redacted]');
    expect(Object.keys(content.attributes ?? {})).toEqual([
      '[redacted]',
      '[redacted]!',
      'date',
      'url',
      'whole',
    ]);
  });

  it('find what the context says', () => {
    const context = { actor: NEEDLE, tenant: NEEDLE, requestId: NEEDLE, reason: NEEDLE };
    const { text } = createBed({ redact: { patterns: ['email'] } }).encode({ action: 'a' }, { context });
    expect(text).not.toContain(NEEDLE);
  });

  it('find numbers that are as long as those of persons', () => {
    const { attributes } = createBed({ redact: { patterns: ['card', /\b\d{9}\b/] } });
    expect(
      attributes({ big: 4111111111111111n, card: 4111111111111111, id: 123456789, now: 1700000000000 }),
    ).toEqual({
      big: '[redacted]',
      card: '[redacted]',
      id: '[redacted]',
      now: 1700000000000,
    });
  });

  it('find what stands across the cut of a long text, and leave nothing of it', () => {
    const { content } = createBed({ maxTextLength: 100, redact: { patterns: [/BEGIN.*END/s] } });
    const reason = `${'x'.repeat(90)}BEGIN ${'secret'.repeat(1_000)} END`;
    expect(content({ action: 'a', reason }).reason).toBe(`${'x'.repeat(90)}[redacted]`);
  });

  it('leave nothing of what stands across the end of what they see, however much before is replaced by little', () => {
    const { content } = createBed({ redact: { patterns: ['email', 'card'] } });
    const card = '5500005555555559';
    // The characters that patterns see.
    const seen = 8_192 + 65_536;
    for (let kept = 1; kept < card.length; kept++) {
      const address = `${'a'.repeat(seen - 2_000)}@b.co`;
      const reason = `${address.padEnd(seen - kept)}${card} and more`;
      expect(content({ action: 'a', reason }).reason).toBe('[redacted]');
    }
    const before = `ada.lovelace@example.org ${'x'.repeat(7_999)} `;
    const long = content({ action: 'a', reason: before + '\u{1f642}'.repeat(200_000) });
    // What comes from the first 8,192 characters but half of a pair.
    expect(long.reason).toBe(`[redacted] ${'x'.repeat(7_999)} ${'\u{1f642}'.repeat(83)}`);
  });

  it('find what several keys make together also beyond what is told of them', () => {
    const { content } = createBed({ redact: { patterns: ['email'] } });
    const first = `${'x'.repeat(185)})`;
    const attributes = { [first]: { 'ada@example': { org: Number.NaN } } };
    const [change] = content({ action: 'a', attributes }).adjusted ?? [];
    expect(change?.path).toBe(`attributes.${first}[re`);
  });

  it('find what several keys make together where a change is told', () => {
    const { text } = createBed({ redact: { patterns: ['email'] } }).encode({
      action: 'a',
      attributes: { 'ada@example': { org: Number.NaN } },
    });
    expect(text).toContain('[redacted]');
    expect(text).not.toContain(NEEDLE);
  });

  it('leave keys apart that have become the same', () => {
    const { attributes } = createBed({ redact: { patterns: ['email'] } });
    expect(attributes({ 'a@x.org': 1, 'b@x.org': 2, '[redacted]': 3, 'c@x.org': 4 })).toEqual({
      '[redacted]': 3,
      '[redacted] (1)': 1,
      '[redacted] (2)': 2,
      '[redacted] (3)': 4,
    });
  });

  it('leave as many apart as there are, also where the names that they get are taken', () => {
    // What is worse than linear takes half a minute.
    const { attributes } = createBed({ maxEntryBytes: 1 << 20, redact: { patterns: ['email'] } });
    const given: Record<string, number> = {};
    for (let n = 1; n <= 5_000; n++) given[`[redacted] (${n})`] = n;
    for (let n = 1; n <= 5_000; n++) given[`a${n}@b.c`] = n;
    const kept = Object.keys(attributes(given) ?? {});
    expect(kept).toHaveLength(10_000);
    expect(kept).toContain('[redacted] (9999)');
  });

  it('can make no key that could change a prototype', () => {
    const { attributes } = createBed({ redact: { patterns: [/x/], replacement: '' } });
    expect(attributes({ __pxroto__: { a: 1 }, b: 1 })).toEqual({ b: 1 });
  });
});

describe('paths', () => {
  it('lead to every part of an operation', () => {
    const all = {
      ...everywhere('text'),
      correlation: { ...trace, tenant: 't' },
      durationMillis: 5,
      startTime: 7,
    };
    const paths = ['actor.NAME', 'target', 'error.message', 'inputs.*.namespace', 'outputs', 'reason'];
    paths.push('correlation.*', 'durationMillis', 'startTime', 'attributes.**');
    const { text } = createBed({ redact: { paths, replacement: '#' } }).encode(all, trace);
    expect(JSON.parse(text)).toEqual({
      action: 'a.b',
      actor: { address: 'text', id: 'text 1', name: '#', type: 'text' },
      attributes: { date: '#', text: '#', 'text!': '#', url: '#', whole: '#' },
      correlation: { tenant: '#' },
      error: { message: '#', type: 'Error' },
      inputs: [{ digest: 'text', name: 'text', namespace: '#', version: 'text' }],
      outcome: 'failure',
      reason: '#',
      target: { id: '#' },
      time: FACTS.time,
    });
  });

  it('leave out what cannot be text', () => {
    const { content } = createBed({
      redact: { paths: ['inputs.*.rows', 'outputs[1].bytes', 'inputs.0.producedBy'] },
    });
    const dataset = { namespace: 'n', name: 'm', rows: 1, bytes: 2, producedBy: trace };
    expect(content({ action: 'a', inputs: [dataset], outputs: [dataset, dataset] })).toMatchObject({
      inputs: [{ bytes: 2, name: 'm', namespace: 'n' }],
      outputs: [{ bytes: 2, name: 'm', namespace: 'n', producedBy: trace, rows: 1 }, { rows: 1 }],
    });
    expect(content({ action: 'a', inputs: [dataset], outputs: [dataset, dataset] }).outputs?.[1]?.bytes).toBe(
      undefined,
    );
  });

  it('lead to keys in whatever case, at any depth, in Maps, behind toJSON, and with dots', () => {
    const { encode } = createBed({
      redact: { paths: ['**.ssn', 'attributes.user.email', 'attributes.headers.*', '**.caf\u00e9'] },
    });
    const { text } = encode({
      action: 'a',
      attributes: {
        SSN: 'needle',
        deep: [{ list: [{ Ssn: { a: 'needle' } }] }],
        map: new Map([['ssn', 'needle']]),
        later: { toJSON: () => ({ ssn: 'needle' }) },
        'user.email': 'needle',
        user: { Email: 'needle' },
        'user.ssn': 'needle',
        headers: { a: 'needle', b: ['needle'] },
        'Cafe\u0301': 'needle',
        'x.cafe\u0301': 'needle',
      },
    });
    expect(text).not.toContain('needle');
  });

  it('are not looked for in the square of the length of a key', () => {
    // What is worse than linear takes minutes for these.
    const marks = `a${'\u0301\u0316'.repeat(2_000_000)}`;
    const given = {
      [marks]: 1,
      [`${marks}.password`]: 2,
      [`x.${'a\u0301\u0316.'.repeat(100_000)}password`]: 3,
    };
    const shown = (paths: readonly string[]): unknown[] =>
      Object.values(createBed({ redact: { paths } }).attributes(given) ?? {});
    expect(shown([]).sort()).toEqual([1, 2, 3]);
    expect(shown(['**.password']).map(String).sort()).toEqual(['1', '[redacted]', '[redacted]']);
  });

  it('are not followed by reading what is hidden', () => {
    const attributes = {
      get password(): string {
        throw new Error('read');
      },
    };
    const { content } = createBed({ redact: { paths: ['attributes.password'] } });
    expect(content({ action: 'a', attributes })).toMatchObject({ attributes: { password: '[redacted]' } });
  });
});

describe('a value of a person', () => {
  it('is made safe, redacted and sealed as canonical JSON, wherever it stands', () => {
    const { encode, hidden } = createBed({ redact: { patterns: ['email'], paths: ['**.ssn'] } });
    const { text } = encode({
      action: 'a',
      actor: {
        id: personal('u', 'id'),
        name: personal('u', `Ada <${NEEDLE}>`),
        address: personal('u', '10.0.0.1'),
      },
      target: personal('v', 'x\ud800'),
      reason: personal('u', 'asked'),
      attributes: {
        list: [personal('u', { b: 1n, a: [new Date(0)], 10: 'x', 9: { ssn: 'needle' } })],
        none: personal('u', undefined),
      },
    });
    expect(hidden.texts.toSorted()).toEqual(
      [
        '"id"',
        '"Ada <[redacted]>"',
        '"10.0.0.1"',
        '"x\ufffd"',
        '"asked"',
        '{"10":"x","9":{"ssn":"[redacted]"},"a":["1970-01-01T00:00:00.000Z"],"b":"1"}',
      ].toSorted(),
    );
    expect(text).not.toContain('Ada');
    expect(JSON.parse(text).attributes.list[0]).toEqual({
      $sealed: expect.stringContaining('sealed-'),
      subject: 'pseudonym-of-1',
    });
  });

  it('may hold one of another person', () => {
    const { encode, hidden } = createBed();
    const inner = personal('inner', 'secret');
    encode({ action: 'a', attributes: { outer: personal('outer', { inner }) } });
    expect(hidden.texts).toEqual(['"secret"', '{"inner":{"$sealed":"sealed-0","subject":"pseudonym-of-5"}}']);
  });

  it('is not told about: neither what was changed in it, nor its keys', () => {
    const { content } = createBed();
    const { adjusted } = content({
      action: 'a',
      attributes: { who: personal('u', { salary: [{ gross: Number.NaN }] }) },
    });
    expect(adjusted).toEqual([
      { path: 'attributes.who', what: 'a number that JSON does not have was written as text' },
    ]);
  });

  it('is replaced where a path leads to it, and its keys are not used', () => {
    const { content, hidden } = createBed({ redact: { paths: ['attributes.who', 'actor.id'] } });
    expect(
      content({ action: 'a', actor: personal('u', 'x'), attributes: { who: personal('u', 'y') } }),
    ).toMatchObject({
      actor: { id: '[redacted]' },
      attributes: { who: '[redacted]' },
    });
    expect(hidden.texts).toEqual([]);
  });

  it('is left out, and that is told, when it cannot be sealed', () => {
    const subjects = {
      seal(): never {
        throw new Error('no key');
      },
    };
    const { text, content } = createEntryEncoder({ subjects }).encode(
      { action: 'a', actor: personal('u', 'secret') },
      FACTS,
    );
    expect(text).not.toContain('secret');
    expect(content.actor).toEqual({ id: '[not sealed]' });
    expect(content.adjusted).toEqual([
      { path: 'actor', what: 'a value of a person could not be sealed and was left out' },
    ]);
  });
});

describe('options are checked', () => {
  it('all at once, with what is nearest', () => {
    const wrong = {
      actions: ['orders*', 'a b', 'audit.erased', 7],
      maxEntryBytes: 10,
      maxTextLength: '8k',
      redact: { path: ['attributes.a'], paths: ['password'], patterns: ['e-mail'], replacement: '\ud800' },
    };
    const problems = encoderProblems(wrong as never);
    expect(problems.map(({ path, fix }) => `${path}: ${fix ?? ''}`)).toEqual([
      'actions[0]: Did you mean orders.*?',
      'actions[1]: ',
      'actions[2]: Remove it.',
      'actions[3]: ',
      'redact.path: Did you mean paths?',
      'redact.paths[0]: Did you mean attributes.password, or **.password for wherever it is?',
      'redact.patterns[0]: Did you mean email?',
      'redact.replacement: ',
      'maxEntryBytes: ',
      'maxTextLength: ',
    ]);
    expect(() => createEntryEncoder({ ...(wrong as object), subjects: new HiddenTexts() })).toThrow(
      /actions\[0\]/,
    );
  });

  it('and nothing is wrong with good ones', () => {
    const redact = { paths: ['**.ssn'], patterns: ['iban' as const, /x/y], replacement: '' };
    expect(
      encoderProblems({ actions: ['a', 'b.*', '*'], redact, maxEntryBytes: 4_096, maxTextLength: 64 }),
    ).toEqual([]);
    expect(encoderProblems({})).toEqual([]);
    for (const redact of [null, [], 'email'])
      expect(encoderProblems({ redact: redact as never }).length).toBe(1);
    expect(encoderProblems({ actions: [] }).length).toBe(1);
  });
});
