import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RedactionPattern } from '../../src/options.ts';
import { combinePatterns, patternProblems } from '../../src/redact/patterns.ts';

const redact = (pattern: RegExp | RedactionPattern, text: string, replacement = '#'): string =>
  combinePatterns([pattern], replacement)?.(text) ?? text;

interface Case {
  readonly found: readonly (readonly [text: string, redacted: string])[];
  readonly kept: readonly string[];
}

const CASES: Readonly<Record<RedactionPattern, Case>> = {
  email: {
    found: [
      ['ada@example.org', '#'],
      ['Mail Ada.Lovelace+x@mail.example.co.uk, now.', 'Mail #, now.'],
      ['<a@b.io>;c@d.io', '<#>;#'],
      ['jürgen@müller.de', '#'],
      ['a@b@example.org', 'a@#'],
      [`${'a'.repeat(200)}@example.org`, '#'],
      ['mailto:ada%40example.org', 'mailto:#'],
      ['/users?mail=ada%2Bx%40mail.example.org&page=2', '/users?mail=#&page=2'],
      ['a%40b%40example.org', 'a%40#'],
      ['a%40b@example.org', '#'],
    ],
    kept: [
      '@ada',
      'ada@localhost',
      '@',
      'a @ b.c',
      'user@',
      '@example.org',
      '100%40 more.',
      '%40example.org',
    ],
  },
  card: {
    found: [
      ['4111111111111111', '#'],
      ['card 4111 1111 1111 1111 ok', 'card # ok'],
      ['3782-822463-10005', '#'],
      ['on 2024 4111 1111 1111 1111 12 25', 'on 2024 # 12 25'],
      ['5555555555554444,6011111111111117', '#,#'],
      ['30569309025904', '#'],
      ['4222222222222', '#'],
      ['6304000000000000', '#'],
      ['4111\u00a01111\u00a01111\u00a01111', '#'],
    ],
    kept: [
      '4111111111111112',
      '1700000000000',
      '1700000000000000',
      '41111111111111111111111',
      'a4111111111111111',
      '4111111111111111f',
      '4111  1111  1111  1111',
      '00000000-0000-0000-0000-000000000000',
    ],
  },
  iban: {
    found: [
      ['DE89370400440532013000', '#'],
      ['DE89 3704 0044 0532 0130 00 is mine', '# is mine'],
      ['to gb29nwbk60161331926819.', 'to #.'],
      ['NO9386011117947, FR1420041010050500013M02606', '#, #'],
      ['MT84MALT011000012345MTLCAST001S', '#'],
    ],
    kept: ['DE88370400440532013000', 'XDE89370400440532013000', 'DE89', 'DE893704004405320130001'],
  },
  bearer: {
    found: [
      ['Authorization: Bearer abc123', 'Authorization: #'],
      ['bearer abcdefghijkl', '#'],
      ['x=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl;', 'x=#;'],
      ['token_eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.', 'token_#'],
      ['eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn', '#'],
    ],
    kept: ['the bearer of this', 'eyJhbGciOiJIUzI1NiJ9', 'forbearer 1234', 'eyJhbGci.eyJz'],
  },
  ipv4: {
    found: [
      ['10.0.0.1', '#'],
      ['from 192.168.1.255:8080.', 'from #:8080.'],
      ['1.2.3.4,5.6.7.8', '#,#'],
      ['...10.0.0.1...', '...#...'],
    ],
    kept: ['256.1.1.1', '1.2.3', '1.2.3.4.5', '1.2.3.4567'],
  },
  ipv6: {
    found: [
      ['2001:db8::1', '#'],
      ['::1', '#'],
      ['[2001:db8::8a2e:370:7334]:443', '[#]:443'],
      ['at ::ffff:192.0.2.128.', 'at #.'],
      ['client:2001:db8:0:0:0:0:0:1', 'client:#'],
      ['fe80::1%eth0', '#%eth0'],
      ['is 2001:DB8::1: yes', 'is #: yes'],
    ],
    kept: ['std::abc', '12:30:45', 'aa:bb:cc:dd:ee:ff', '::', 'a:b', 'Dead::Letter', '12345::1'],
  },
};

for (const [name, { found, kept }] of Object.entries(CASES)) {
  describe(`the ready-made pattern ${name}`, () => {
    for (const [text, redacted] of found) {
      it(`finds ${text.slice(0, 60)}`, () => {
        expect(redact(name as RedactionPattern, text)).toBe(redacted);
      });
    }
    for (const text of kept) {
      it(`leaves ${text} alone`, () => {
        expect(redact(name as RedactionPattern, text)).toBe(text);
      });
    }
  });
}

it('every card number with a valid check digit is found, in any groups, among any words', () => {
  const digits = fc
    .tuple(fc.constantFrom('4', '5', '6'), fc.array(fc.nat(9), { minLength: 14, maxLength: 14 }))
    .map(([first, rest]) => withCheckDigit(first + rest.join('')));
  const words = fc.stringMatching(/^[a-z.,;]{0,10}$/);
  fc.assert(
    fc.property(digits, words, words, fc.constantFrom('', ' ', '-'), (card, before, after, separator) => {
      const shown = card.match(/.{1,4}/g)?.join(separator) ?? '';
      expect(redact('card', `${before} ${shown} ${after}`)).toBe(`${before} # ${after}`);
    }),
  );
});

function withCheckDigit(digits: string): string {
  for (let check = 0; check < 10; check++) {
    const all = [...`${digits}${check}`].reverse().map(Number);
    const sum = all.reduce((total, digit, i) => {
      const weighted = i % 2 === 1 ? digit * 2 : digit;
      return total + (weighted > 9 ? weighted - 9 : weighted);
    }, 0);
    if (sum % 10 === 0) return `${digits}${check}`;
  }
  throw new Error('One of ten digits is the check digit');
}

it('every mail address is found, among any words', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.stringMatching(/^[ a-z:<(]{0,10}$/), (address, before) => {
      expect(redact('email', `${before} ${address} !`)).toBe(`${before} # !`);
    }),
  );
});

it('of groups of digits, those that make a card number are found, and the longest of those that begin alike', () => {
  /** By the definition: each group may be the first, and each the last. */
  const expected = (groups: readonly string[]): string => {
    const kept: string[] = [];
    for (let first = 0; first < groups.length; first++) {
      const ends = groups
        .map((_, last) => last)
        .filter((last) => isCard(groups.slice(first, last + 1).join('')));
      const last = ends.at(-1);
      kept.push(last === undefined ? (groups[first] as string) : '#');
      first = last ?? first;
    }
    return kept.join(' ');
  };
  const group = fc.oneof(fc.stringMatching(/^[0-9]{1,5}$/), fc.constantFrom('4111', '1111', '4', '5', '42'));
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 16 }), (groups) => {
      expect(redact('card', groups.join(' '))).toBe(expected(groups));
    }),
    { numRuns: 1_000 },
  );
});

/** ISO/IEC 7812-1, of the networks there are. */
function isCard(digits: string): boolean {
  const { length } = digits;
  if (length < 13 || length > 19) return false;
  const first = length === 13 ? '456' : length < 16 ? '3456' : '2345689';
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const weighted = Number(digit) * (i % 2 === 1 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return first.includes(digits[0] as string) && sum % 10 === 0;
}

it('every IPv6 address is found, among any words', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.stringMatching(/^[ g-z;<(]{0,10}$/), (address, before) => {
      // The unspecified address is punctuation as well.
      fc.pre(/[0-9a-f]/i.test(address));
      expect(redact('ipv6', `${before} ${address} !`)).toBe(`${before} # !`);
    }),
  );
});

it('every IPv4 address is found, among any words', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.stringMatching(/^[ a-z:;<(]{0,10}$/), (address, before) => {
      expect(redact('ipv4', `${before} ${address} !`)).toBe(`${before} # !`);
    }),
  );
});

it('no text keeps a ready-made pattern busy for long', () => {
  // What is worse than linear takes minutes to hours for these.
  const length = 70_000;
  const units = [
    'a',
    '1',
    '@',
    'a@',
    'a@a.',
    'a%40',
    '%40',
    '%40a.',
    '.a',
    '1 ',
    '1-',
    'eyJ',
    'eyJa.',
    'eyJ.',
    'Bearer ',
    'bearer\t',
    ':',
  ];
  units.push(
    '1:',
    '::',
    'f:1',
    '12345:',
    '1.',
    '255.',
    '1.1.1.',
    'DE8',
    'DE89 ',
    'DE89',
    'ad12-',
    '\ud800',
    'a.',
    '-',
  );
  for (const unit of units) {
    for (const name of Object.keys(CASES)) {
      const text = unit.repeat(length / unit.length);
      for (const hostile of [text, `${text}!`, `@${text}`, `${text}@`, `x${text}:`, `eyJ${text}`]) {
        expect(typeof redact(name as RedactionPattern, hostile)).toBe('string');
      }
    }
  }
});

it('of a text that goes on, what comes from its beginning is kept, with what is replaced in it', () => {
  const runs = fc.array(fc.constantFrom('x', 'y', 'S', 'SS', 'SSSSS', 'TT'), { maxLength: 12 });
  fc.assert(
    fc.property(runs, fc.nat(30), fc.constantFrom('', '#', '[gone]'), (parts, certain, replacement) => {
      const text = parts.join('');
      let expected = '';
      // One pattern sees what the other has left.
      for (const { 0: part, index } of text.matchAll(/S+|T+|[xy]/g)) {
        if (index < certain) expected += /[xy]/.test(part) ? part : replacement;
      }
      const redactText = combinePatterns([/S+/, /T+/], replacement);
      expect(redactText?.(text, certain)).toBe(expected);
    }),
  );
});

describe('a pattern of the user', () => {
  it('replaces every match, with and without the flag g', () => {
    expect(redact(/secret/, 'secret secret')).toBe('# #');
    expect(redact(/secret/gi, 'Secret SECRET')).toBe('# #');
  });

  it('has no memory, whatever its flags', () => {
    for (const flags of ['g', 'y', 'gy', 'dg']) {
      const pattern = new RegExp('secret', flags);
      pattern.lastIndex = 3;
      const all = combinePatterns([pattern], '#');
      for (let i = 0; i < 3; i++) expect(all?.('a secret and a secret')).toBe('a # and a #');
    }
  });

  it('is not asked what it does', () => {
    const pattern = /secret/g;
    pattern.exec = () => null;
    expect(redact(pattern, 'a secret')).toBe('a #');
  });

  it('is replaced by the replacement as it stands', () => {
    expect(redact(/secret/, 'a secret!', "$&$1$'$$")).toBe("a $&$1$'$$!");
    for (const name of Object.keys(CASES) as RedactionPattern[]) {
      const [text] = CASES[name].found[0] as readonly [string, string];
      expect(redact(name, text, '$&')).toContain('$&');
      expect(redact(name, text, '$&')).not.toContain(text);
    }
  });
});

describe('patterns are checked at set-up:', () => {
  it('a name that is none is named with the nearest one', () => {
    expect(patternProblems(['emial', 'card'], 'redact.patterns')).toEqual([
      {
        path: 'redact.patterns[0]',
        found: '"emial"',
        expected: 'a RegExp, or one of email, card, iban, bearer, ipv6, ipv4',
        fix: 'Did you mean email?',
      },
    ]);
  });

  it('a pattern that matches everywhere is refused', () => {
    expect(patternProblems([/x*/g, /a|/y], 'p').map(({ path }) => path)).toEqual(['p[0]', 'p[1]']);
  });

  it('anything else is refused', () => {
    expect(patternProblems([1, null, { source: 'a' }], 'p').length).toBe(3);
    expect(patternProblems('email', 'p').length).toBe(1);
    expect(patternProblems(undefined, 'p')).toEqual([]);
  });
});
