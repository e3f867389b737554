import { PassThrough } from 'node:stream';
import type { Receiver } from '../../src/conformance/index.ts';
import { consoleChannel } from '../../src/console/console-channel.ts';
import { runSuite } from '../conformance/run-suite.ts';

interface StreamReceiver extends Receiver {
  readonly stream: PassThrough;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

/** The far end of a pipe. */
function openWith(read: (line: string) => string): () => StreamReceiver {
  return () => {
    const stream = new PassThrough();
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const lines = (): string[] => Buffer.concat(chunks).toString().split('\n').slice(0, -1);
    return {
      stream,
      behave: () => {},
      received: () => lines().map(read),
      problems: () => lines().filter((line) => UNSAFE.test(line)),
      close: () => void stream.destroy(),
    };
  };
}

const NEITHER = 'a stream takes what it is given, and answers nothing';
const behaviours = {
  refuse: 'a stream that is gone does not come back',
  hang: 'what a stream was given cannot be taken back: see console-channel.test.ts',
  throttle: NEITHER,
  fail: NEITHER,
  reject: NEITHER,
  rubbish: NEITHER,
  break: NEITHER,
  redirect: NEITHER,
};

runSuite('the console channel, as text', {
  open: openWith((line) => line),
  channel: ({ stream }) => consoleChannel({ stream }),
  behaviours,
  sendsIds: 'text is for people',
  secrets: [],
});

runSuite('the console channel, as JSON', {
  open: openWith((line) => {
    const { id, title, text } = JSON.parse(line) as Record<string, string>;
    return `${id} ${title} ${text}`;
  }),
  channel: ({ stream }) => consoleChannel({ stream, format: 'json' }),
  behaviours,
  sendsIds: true,
  secrets: [],
});
