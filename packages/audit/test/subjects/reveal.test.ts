import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntryContent } from '../../src/operation/entry.ts';
import { openSubjectKeys } from '../../src/subjects/open-subject-keys.ts';
import { reveal } from '../../src/subjects/reveal.ts';
import type { SubjectKeys } from '../../src/subjects/subject-keys.ts';
import { temporaryDirectory } from './directory.ts';

const time = '2026-11-25T10:00:00.000Z';

function keysOf(): SubjectKeys {
  const keys = openSubjectKeys(temporaryDirectory());
  onTestFinished(() => keys.close());
  return keys;
}

describe('an entry with personal values', () => {
  it('is shown as it was recorded wherever the key exists', async () => {
    const keys = keysOf();
    const content: EntryContent = {
      action: 'users.update',
      actor: { id: keys.seal('ada', '"user:ada"'), type: 'user' },
      attributes: { list: [1, { deep: { ...keys.seal('bob', '{"a":[1,null]}') } }] },
      time,
    };
    expect(reveal(content, keys)).toEqual({
      action: 'users.update',
      actor: { id: 'user:ada', type: 'user' },
      attributes: { list: [1, { deep: { a: [1, null] } }] },
      time,
    });
    await keys.erase('bob');
    const { actor, attributes } = reveal(content, keys);
    expect(actor?.id).toBe('user:ada');
    expect(attributes).toEqual(content.attributes);
  });

  it('is the same object when there is nothing to show, and is never changed itself', () => {
    const keys = keysOf();
    const plain: EntryContent = { action: 'a', attributes: { x: [{ y: 1 }] }, time };
    expect(reveal(plain, keys)).toBe(plain);
    const sealed: EntryContent = { action: 'a', reason: keys.seal('ada', '"why"'), time };
    const text = JSON.stringify(sealed);
    expect(reveal(sealed, keys).reason).toBe('why');
    expect(JSON.stringify(sealed)).toBe(text);
  });

  it('keeps hostile keys as they are, and what only looks sealed', () => {
    const keys = keysOf();
    const attributes = JSON.parse(
      `{"__proto__":{"polluted":true},"fake":{"$sealed":"AAAA","subject":"nobody"},"value":${JSON.stringify(
        keys.seal('ada', '{"__proto__":{"polluted":true}}'),
      )}}`,
    );
    const shown = reveal({ action: 'a', attributes, time }, keys);
    expect(JSON.stringify(shown.attributes)).toBe(
      '{"__proto__":{"polluted":true},"fake":{"$sealed":"AAAA","subject":"nobody"},"value":{"__proto__":{"polluted":true}}}',
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
