import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../src/outbox/file-name.ts';

describe('the name of the directory of a channel', () => {
  it.each(['slack', 'pager-duty', 'a', 'ops_2', 'my.hook'])('is its own where that is plain: %s', (name) => {
    expect(fileNameOf(name)).toBe(name);
  });

  it('is one that every file system takes, and that of nothing else', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
      fc.constantFrom(
        '..',
        '.',
        'a/b',
        'lock',
        'LOCK',
        'lock.tmp',
        'con',
        'NUL.txt',
        'dead-letters.ndjson',
        'a.',
        'A',
        'é',
      ),
    );
    fc.assert(
      fc.property(names, (name) => {
        const file = fileNameOf(name);
        expect(file).toMatch(/^[a-z0-9_~-][a-z0-9._~-]{0,62}$/);
        expect(file).not.toMatch(/\.$|^(?:lock|dead-letters|con|nul)(?:\.|$)/);
      }),
    );
  });

  it('is never that of another channel, also where capitals count for nothing', () => {
    const names = [
      'a b',
      'a-b',
      'A-B',
      'a/b',
      'a\\b',
      'Slack',
      'slack',
      'SLACK',
      'lock',
      'Lock',
      'ä',
      'a\u0308',
      '',
    ];
    const files = names.map((name) => fileNameOf(name).toLowerCase());
    expect(new Set(files).size).toBe(names.length);
    for (const file of files.filter((each) => each.includes('~'))) expect(fileNameOf(file)).not.toBe(file);
  });
});
