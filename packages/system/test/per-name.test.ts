import { expect, test } from 'vitest';
import { perName } from '../src/per-name.ts';

test('what is made of a name is made once, and names without end are forgotten', () => {
  const made: string[] = [];
  const of = perName((name) => {
    made.push(name);
    return { name };
  });
  expect(of('eth0')).toBe(of('eth0'));
  expect(made).toEqual(['eth0']);
  for (let i = 0; i < 1_000; i++) expect(of(`veth${i}`)).toEqual({ name: `veth${i}` });
  expect(of('eth0')).toEqual({ name: 'eth0' });
  expect(made).toHaveLength(1_002);
});
