import { expect, test } from 'vitest';
import { createEndHook } from '../src/index.ts';
import { useDiagnostics } from './diagnostics.ts';

const said = useDiagnostics();

test('however many are to be called at the end, the process has one listener, which none of them can stop', () => {
  const before = process.listenerCount('exit');
  const atExit = createEndHook('exit', 'hooks', 'ending');
  expect(process.listenerCount('exit')).toBe(before);
  const called: string[] = [];
  const offs = [
    atExit(() => {
      throw new Error('broken');
    }),
    atExit(() => void called.push('a')),
    atExit(() => void called.push('b')),
  ];
  expect(process.listenerCount('exit')).toBe(before + 1);
  const listener = process.listeners('exit').at(-1) as () => void;
  offs[2]?.();
  listener();
  expect(called).toEqual(['a']);
  expect(said.errors).toEqual([expect.stringContaining('hooks: ending failed: broken')]);
  for (const off of offs) off();
  expect(process.listenerCount('exit')).toBe(before);
});
