import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Receiver } from '../../src/conformance/index.ts';
import { fileChannel } from '../../src/file/file-channel.ts';
import { runSuite } from '../conformance/run-suite.ts';

interface FileReceiver extends Receiver {
  readonly path: string;
}

/** A directory, in whose place there may be a file. */
function open(): FileReceiver {
  const root = mkdtempSync(join(tmpdir(), 'channels-file-'));
  const directory = join(root, 'logs');
  const aside = join(root, 'aside');
  mkdirSync(directory);
  const path = join(directory, 'events.ndjson');
  const lines = (): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);
  return {
    path,
    behave(behaviour) {
      if (behaviour === 'refuse') {
        renameSync(directory, aside);
        writeFileSync(directory, '');
      } else if (existsSync(aside)) {
        rmSync(directory);
        renameSync(aside, directory);
      }
    },
    received: () =>
      lines().map((line) => {
        const { id, title, text } = JSON.parse(line) as Record<string, string>;
        return `${id} ${title} ${text}`;
      }),
    problems: () => lines().filter((line) => /[\u007f-\u009f\u2028\u2029]/.test(line)),
    close: () => rmSync(root, { recursive: true }),
  };
}

const NEITHER = 'a file takes what it is given, and answers nothing';

runSuite('the file channel', {
  open,
  channel: ({ path }) => fileChannel({ path }),
  behaviours: {
    refuse: true,
    hang: 'a disk that hangs cannot be made here; the queue before it is tested with a stream',
    throttle: NEITHER,
    fail: 'see file-channel.test.ts for a disk that is full',
    reject: NEITHER,
    rubbish: NEITHER,
    break: NEITHER,
    redirect: NEITHER,
  },
  sendsIds: true,
  secrets: [],
});
