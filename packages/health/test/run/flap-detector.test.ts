import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FlapDetector } from '../../src/run/flap-detector.ts';

/** Whether it flaps after each result, as 1 and 0. */
function follow(results: string): string {
  const detector = new FlapDetector();
  return [...results]
    .map((result) => {
      detector.observe(result);
      return detector.isFlapping ? '1' : '0';
    })
    .join('');
}

it.each([
  ['one outage', 'h'.repeat(30) + 'u'.repeat(12) + 'h'.repeat(30)],
  ['an outage at the very beginning', `h${'u'.repeat(5)}${'h'.repeat(30)}`],
  ['two outages in a row of results', 'hhhhhuuuhhhuuuhhhhhhhhhhhhh'],
  ['a check that always fails', 'u'.repeat(50)],
  ['one bad result now and then', 'uhhhhhhhhh'.repeat(10)],
])('%s is not flapping', (_, results) => {
  expect(follow(results)).not.toContain('1');
});

it('begins within seven results that alternate, and says so once', () => {
  const detector = new FlapDetector();
  const begins = [...'huhuhuhuhuhu'].map((result) => detector.observe(result));
  expect(begins.filter(Boolean).length).toBe(1);
  expect(begins.indexOf(true)).toBe(6);
});

it('ends once results have been the same for long enough, and not with the first that is', () => {
  const after = follow(`${'hu'.repeat(15)}${'u'.repeat(25)}`).slice(30);
  expect(after.startsWith('1'.repeat(10))).toBe(true);
  expect(after.endsWith('0'.repeat(4))).toBe(true);
  expect(after).toMatch(/^1+0+$/);
});

it('can begin again after it has ended, and is told again', () => {
  const detector = new FlapDetector();
  const observe = (results: string) => [...results].filter((each) => detector.observe(each)).length;
  expect(observe('hu'.repeat(10))).toBe(1);
  expect(observe('u'.repeat(25))).toBe(0);
  expect(detector.isFlapping).toBe(false);
  expect(observe('hu'.repeat(10))).toBe(1);
});

it('counts changes between degraded and unhealthy as well', () => {
  expect(follow('ududududud').at(-1)).toBe('1');
});

it('looks at no more than the latest 21 results', () => {
  const results = fc.array(fc.constantFrom('h', 'd', 'u'), { maxLength: 100 });
  fc.assert(
    fc.property(
      results,
      fc.array(fc.constantFrom('h', 'u'), { maxLength: 21, minLength: 21 }),
      (before, latest) => {
        const changes = latest.filter((each, i) => i > 0 && each !== latest[i - 1]).length;
        const detector = new FlapDetector();
        for (const each of [...before, ...latest]) detector.observe(each);
        // The weights are 0.8 to 1.2, so what few and many changes come to does not depend on where they are.
        if (changes * 1.2 < 20 * 0.25) expect(detector.isFlapping).toBe(false);
        if (changes * 0.8 > 20 * 0.3) expect(detector.isFlapping).toBe(true);
      },
    ),
  );
});
