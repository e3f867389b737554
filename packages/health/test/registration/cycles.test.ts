import { describe, expect, it } from 'vitest';
import { createBed, messageOf } from '../bed.ts';

const check = (): void => {};

describe('a cycle of dependencies is refused and spelled out:', () => {
  it('a check that depends on itself', () => {
    const { health } = createBed();
    expect(messageOf(() => health.register('a', check, { dependsOn: ['a'] }))).toContain(
      'found the cycle a → a,',
    );
    expect(health.names()).toEqual([]);
  });

  it('two checks, of which the first named one that came later', () => {
    const { health } = createBed();
    health.register('a', check, { dependsOn: ['b'] });
    expect(messageOf(() => health.register('b', check, { dependsOn: ['a'] }))).toContain(
      'found the cycle b → a → b,',
    );
    health.register('b', check);
    expect(health.names()).toEqual(['a', 'b']);
  });

  it('a long one, without what merely leads to it', () => {
    const { health } = createBed();
    health.register('entry', check, { dependsOn: ['other', 'a'] });
    health.register('other', check);
    health.register('a', check, { dependsOn: ['other', 'b'] });
    health.register('b', check, { dependsOn: ['c'] });
    health.register('c', check, { dependsOn: ['d'] });
    expect(messageOf(() => health.register('d', check, { dependsOn: ['other', 'a'] }))).toContain(
      'dependsOn: found the cycle d → a → b → c → d, expected dependencies without a cycle.',
    );
  });

  it('one that a list closes by itself', () => {
    const { health } = createBed();
    const message = messageOf(() =>
      health.registerAll([
        { name: 'top', check, dependsOn: ['a'] },
        { name: 'a', check, dependsOn: ['b'] },
        { name: 'b', check, dependsOn: ['a'] },
      ]),
    );
    expect(message).toContain('found the cycle a → b → a,');
    expect(health.names()).toEqual([]);
  });

  it('one that a list of a single check closes with what is there', () => {
    const { health } = createBed();
    health.register('a', check, { dependsOn: ['b'] });
    expect(messageOf(() => health.registerAll([{ name: 'b', check, dependsOn: ['a'] }]))).toContain(
      'b → a → b',
    );
  });

  it('one that comes about when a check is registered anew', () => {
    const { health } = createBed();
    health.register('b', check);
    health.register('a', check, { dependsOn: ['b'] });
    health.unregister('b');
    expect(messageOf(() => health.register('b', check, { dependsOn: ['a'] }))).toContain('b → a → b');
    health.unregister('a');
    health.register('b', check, { dependsOn: ['a'] });
    expect(messageOf(() => health.register('a', check, { dependsOn: ['b'] }))).toContain('a → b → a');
  });
});

it('a diamond is no cycle', () => {
  const { health } = createBed();
  health.register('top', check, { dependsOn: ['left', 'right'] });
  health.register('left', check, { dependsOn: ['bottom'] });
  health.register('right', check, { dependsOn: ['bottom'] });
  health.register('bottom', check);
  expect(health.report().components.length).toBe(4);
});

describe('a chain of ten thousand checks', () => {
  const LENGTH = 10_000;
  const chain = (upwards: boolean) =>
    Array.from({ length: LENGTH }, (_, i) => {
      const next = upwards ? i - 1 : i + 1;
      const dependsOn = next >= 0 && next < LENGTH ? [`c${next}`] : [];
      return { name: `c${i}`, check: () => i !== (upwards ? 0 : LENGTH - 1), dependsOn };
    });

  it.each([
    ['dependencies first', true],
    ['dependants first', false],
  ])('is taken in and evaluated, %s', async (_, upwards) => {
    const { health } = createBed();
    health.registerAll(chain(upwards));
    const { status, rootCauses, components } = await health.check();
    const root = upwards ? 'c0' : `c${LENGTH - 1}`;
    expect([status, rootCauses]).toEqual(['unhealthy', [root]]);
    expect(
      components.filter((each) => each.status === 'degraded' && each.rootCauses[0] === root).length,
    ).toBe(LENGTH - 1);
  });

  it('that bites its tail is refused, from its first to its last', () => {
    const { health } = createBed();
    const ring = chain(false);
    const last = ring.at(-1);
    if (last !== undefined) last.dependsOn = ['c0'];
    const message = messageOf(() => health.registerAll(ring));
    expect(message).toContain('found the cycle c0 → c1 → c2');
    expect(message).toContain('→ c9999 → c0,');
  });
});
