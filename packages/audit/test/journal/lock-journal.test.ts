import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockJournal } from '../../src/journal/lock-journal.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

function refusal(message: RegExp): unknown {
  return expect.objectContaining({
    code: 'INSTRUMENT_AUDIT_LOCKED',
    message: expect.stringMatching(message),
  });
}

test('the second process that wants a journal is told who has it, and what to do', () => {
  const directory = scratch();
  const owner = {
    pid: process.ppid,
    host: hostname(),
    thread: 0,
    token: 't',
    since: '2026-01-01T00:00:00.000Z',
  };
  writeFileSync(join(directory, 'lock'), JSON.stringify(owner));
  expect(() => lockJournal(directory)).toThrow(
    refusal(
      new RegExp(
        `which process ${process.ppid} on ${hostname()}, since .+ has, .+ directory of its own, or stop`,
        's',
      ),
    ),
  );
});

test('the process that wants its own journal a second time is not told to stop itself', () => {
  const directory = scratch();
  const lock = lockJournal(directory);
  expect(() => lockJournal(directory)).toThrow(
    refusal(
      new RegExp(`which process ${process.pid}, this very one, in thread \\d+, has, .+ Open it once`, 's'),
    ),
  );
  lock.release();
  lockJournal(directory).release();
});
