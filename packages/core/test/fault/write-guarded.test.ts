import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { writeGuarded } from '../../src/index.ts';

it('a pipe that nobody reads any more tells who has written to it, and ends no process', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: ['pipe', 'ignore', 'ignore'] });
  // Keeps the stream as it is until it is written to.
  const { stdin } = child;
  await once(child, 'exit');
  const error = await new Promise<Error | undefined>((resolve) => writeGuarded(stdin, 'lost', resolve));
  expect(error).toBeInstanceOf(Error);
  // As many turns as the stream needs to emit it.
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  expect(stdin.listenerCount('error')).toBe(0);
});
