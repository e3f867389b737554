import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathMatcher } from '../../src/redact/path-matcher.ts';
import { pathProblems } from '../../src/redact/path-problems.ts';
import { pathWords } from '../../src/redact/path-words.ts';

/** Whether one of the paths leads to a value, or to something that it is in. */
function leadsTo(paths: readonly string[], keys: readonly string[]): boolean {
  const matcher = new PathMatcher(paths.map((path) => pathWords(path) ?? []));
  let state = matcher.root;
  for (const key of keys) {
    state = matcher.step(state, matcher.comparable(key));
    if (state?.isMatch) return true;
  }
  return false;
}

/** All characters of Unicode. */
function* characters(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}

/** The longest way to write a letter that is decomposed. */
function longestOf(letter: string): string {
  let longest = letter;
  for (const other of characters()) {
    if (other.length > longest.length && other.normalize('NFD') === letter) longest = other;
  }
  return longest;
}

it('no text is more than eight times as long as it is in lower case and form NFC', () => {
  for (const each of characters()) {
    const decomposed = each.normalize('NFD');
    if (decomposed.length > 4 * each.length) expect.fail(`${each} in form NFD`);
    if (each.toLowerCase().length < each.length) expect.fail(`${each} in lower case`);
    // Keys with dots are divided before.
    if (decomposed !== each && decomposed.includes('.')) expect.fail(`${each} has a dot`);
  }
});

describe('a path', () => {
  it('leads to a key, without regard to case, and to all that is below', () => {
    expect(leadsTo(['attributes.Password'], ['attributes', 'passWORD'])).toBe(true);
    expect(leadsTo(['attributes.password'], ['attributes', 'password', 'deep', 'er'])).toBe(true);
    expect(leadsTo(['attributes.password'], ['attributes', 'user', 'password'])).toBe(false);
    expect(leadsTo(['attributes.password'], ['attributes'])).toBe(false);
  });

  it('leads to a key, however its accents are written', () => {
    for (const [path, key] of [
      ['caf\u00e9', 'CAFE\u0301'],
      ['cafe\u0301', 'Caf\u00e9'],
      ['\uac00', '\u1100\u1161'],
    ]) {
      expect(leadsTo([`attributes.${path}`], ['attributes', key as string])).toBe(true);
    }
  });

  it('leads to a key, though others of its letters are written in eight times as many characters', () => {
    for (const word of ['\u1f82', '\u0390', '\uac01', '\u4e3d', '\u00e9\u4e3d\u1f82']) {
      const longest = [...word.normalize('NFD')].map((letter) => longestOf(letter)).join('');
      for (const key of [longest, word.normalize('NFD')]) {
        expect(leadsTo([`attributes.${word}`], ['attributes', key])).toBe(true);
      }
    }
  });

  it('leads to a key that has a letter of another form at the end of a word', () => {
    expect(leadsTo(['attributes.\u0391\u03a3.\u0391'], ['attributes', '\u0391\u03a3', '\u0391'])).toBe(true);
  });

  it('leads by a star to any one key or item', () => {
    expect(leadsTo(['attributes.headers.*'], ['attributes', 'headers', 'cookie'])).toBe(true);
    expect(leadsTo(['attributes.headers.*'], ['attributes', 'headers'])).toBe(false);
    expect(leadsTo(['attributes.*.ssn'], ['attributes', '3', 'ssn'])).toBe(true);
    expect(leadsTo(['attributes[*].ssn', 'attributes.list[3]'], ['attributes', 'list', '3'])).toBe(true);
  });

  it('leads by two stars to any depth, none included', () => {
    for (const keys of [['ssn'], ['a', 'ssn'], ['a', 'b', '4', 'ssn']]) {
      expect(leadsTo(['**.ssn'], keys)).toBe(true);
    }
    expect(leadsTo(['attributes.**'], ['attributes'])).toBe(false);
    expect(leadsTo(['attributes.**'], ['attributes', 'a'])).toBe(true);
    expect(leadsTo(['**.a.*.b'], ['a', 'a', 'a', 'b'])).toBe(true);
  });
});

/** What the paths mean, written down once more in the simplest way. */
function matches(words: readonly string[], keys: readonly string[]): boolean {
  const [word, ...rest] = words;
  if (word === undefined) return true;
  const [key, ...deeper] = keys;
  if (word === '**') return matches(rest, keys) || (key !== undefined && matches(words, deeper));
  return key !== undefined && (word === '*' || word === key) && matches(rest, deeper);
}

it('all paths together mean what each of them means', () => {
  const word = fc.constantFrom('a', 'b', '*', '**');
  const paths = fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
  const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
  fc.assert(
    fc.property(paths, keys, (given, to) => {
      const all = given.map((words) => words.join('.'));
      const expected = all.some((path) => {
        const words = pathWords(path) ?? [];
        return to.length > 0 && matches(words, to);
      });
      expect(leadsTo(all, to)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

it('a key with dots is one key to some paths and several to others', () => {
  const matcher = new PathMatcher([
    ['user', 'email'],
    ['*', 'ssn'],
    ['x', '*', 'y'],
  ]);
  const dotted = (state: typeof matcher.root, key: string) => matcher.stepDotted(state, key, key.split('.'));
  expect(dotted(matcher.root, 'user.email')?.isMatch).toBe(true);
  expect(dotted(matcher.root, 'user.email.home')?.isMatch).toBe(true);
  expect(matcher.step(dotted(matcher.root, 'john.doe'), 'ssn')?.isMatch).toBe(true);
  expect(matcher.step(dotted(matcher.step(matcher.root, 'x'), 'a.b'), 'y')?.isMatch).toBe(true);
});

describe('a path that leads nowhere is refused at set-up:', () => {
  const fixOf = (path: unknown) => pathProblems([path], 'redact.paths')[0]?.fix;

  it('one that lacks the field', () => {
    expect(fixOf('password')).toBe('Did you mean attributes.password, or **.password for wherever it is?');
  });

  it('one that is misspelt', () => {
    expect(fixOf('atributes.password')).toBe('Did you mean attributes.password?');
    expect(fixOf('actor.adress')).toBe('Did you mean actor.address?');
  });

  it('one that leads to what is never redacted, or to nothing', () => {
    expect(fixOf('action')).toBe('It is never redacted.');
    expect(fixOf('reason.text')).toBe('Remove it.');
  });

  it('one that is malformed', () => {
    for (const path of ['', '.', 'attributes..a', 'attributes.pass*', 'attributes[', 3, undefined, null]) {
      expect(pathProblems([path], 'redact.paths').length).toBe(1);
    }
    expect(pathProblems('attributes.a', 'redact.paths').length).toBe(1);
  });

  it('others are not', () => {
    const paths = [
      'attributes.a',
      'ATTRIBUTES.a',
      '**.ssn',
      '*.name',
      'actor',
      'actor.*',
      'inputs.*.name',
      'reason',
    ];
    expect(pathProblems(paths, 'redact.paths')).toEqual([]);
  });
});
