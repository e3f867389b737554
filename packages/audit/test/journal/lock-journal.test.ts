import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { lockJournal } from '../../src/journal/lock-journal.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

test('the second who wants a journal is told who has it, and what to do', () => {
  const directory = scratch();
  const lock = lockJournal(directory);
  expect(() => lockJournal(directory)).toThrow(
    expect.objectContaining({
      code: 'INSTRUMENT_AUDIT_LOCKED',
      message: expect.stringMatching(
        new RegExp(
          `which process ${process.pid} on ${hostname()}, since .+ has, expected .+ directory of its own`,
          's',
        ),
      ),
    }),
  );
  lock.release();
  lockJournal(directory).release();
});
