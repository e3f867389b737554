import { spawnSync } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channel.ts';
import { consoleChannel } from '../../src/console/console-channel.ts';
import { CALM, notification } from '../support/notifications.ts';
import { bundle } from '../support/programs.ts';

/** What a channel writes of notifications. */
async function written(
  make: (stream: Writable) => Channel,
  ...batch: Parameters<Channel['deliver']>[0]
): Promise<string> {
  const stream = new PassThrough();
  await make(stream).deliver(batch, CALM);
  return String(stream.read());
}

const DELIVER = (options: string, one: object) => `
  const channel = consoleChannel(${options});
  await channel.deliver([${JSON.stringify(one)}], { signal: new AbortController().signal, attempt: 1 });
`;
const hasScript = spawnSync('script', ['--version']).status === 0;
/** Runs a program on a terminal of its own (util-linux, `script`). */
const onTerminal = (command: readonly string[]): string[] => [
  'script',
  '-qec',
  command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '),
  '/dev/null',
];

describe('text', () => {
  it('is a line of time, severity, title, text and key', async () => {
    const one = notification({
      text: 'It was healthy.\nLook at disk.',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
    expect(await written((stream) => consoleChannel({ stream }), one)).toBe(
      '2024-02-29T12:34:56.789Z error    database is unhealthy | It was healthy. ⏎ Look at disk. [health/database trace=0af7651916cd43dd8448eb211c80319c]\n',
    );
  });

  it('says what is over', async () => {
    const one = notification({ phase: 'resolved', title: 'database is healthy again', text: '' });
    expect(await written((stream) => consoleChannel({ stream }), one)).toBe(
      '2024-02-29T12:34:56.789Z resolved database is healthy again [health/database]\n',
    );
  });

  it('cannot forge a line, move the cursor, turn around, or look like an escape that it is not', async () => {
    const title = 'a\nb\rc\u001b[2J\u009b2J\u202ed\u2028e\\nf\u0000';
    const text = await written(
      (stream) => consoleChannel({ stream }),
      notification({ title, text: '', key: 'k\ne' }),
    );
    expect(text).toBe(
      '2024-02-29T12:34:56.789Z error    a\\nb\\rc\\u001b[2J\\u009b2J\\u202ed\\u2028e\\\\nf\\u0000 [k\\ne]\n',
    );
  });

  it('has colours by severity on a terminal alone, and not where they are not wanted', async () => {
    const terminal = () => Object.assign(new PassThrough(), { isTTY: true });
    const write = async (stream: PassThrough) => {
      await consoleChannel({ stream }).deliver([notification({ severity: 'warning' })], CALM);
      return String(stream.read());
    };
    const { NO_COLOR: noColor, TERM: term } = process.env;
    try {
      delete process.env.NO_COLOR;
      process.env.TERM = 'xterm';
      expect(await write(terminal())).toContain('\u001b[33mwarning ');
      expect(await write(new PassThrough())).not.toContain('\u001b');
      process.env.NO_COLOR = '1';
      expect(await write(terminal())).not.toContain('\u001b');
      process.env.NO_COLOR = '';
      expect(await write(terminal())).toContain('\u001b[33m');
      process.env.TERM = 'dumb';
      expect(await write(terminal())).not.toContain('\u001b');
    } finally {
      for (const [key, value] of Object.entries({ NO_COLOR: noColor, TERM: term })) {
        if (value === undefined) delete process.env[key];
        else process.env[key] = value;
      }
    }
  });
});

describe('JSON', () => {
  it('is one line for each, safe to look at, and says the same', async () => {
    const batch = [notification({ title: 'a\n\u009b2J\u2028\u202e' }), notification()];
    const text = await written((stream) => consoleChannel({ stream, format: 'json' }), ...batch);
    expect(text).toMatch(/^[\x20-\x7e]+\n[\x20-\x7e]+\n$/);
    const lines = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual(batch.map((one) => ({ timestamp: '2024-02-29T12:34:56.789Z', ...one })));
  });
});

describe('a reader that has stopped', () => {
  it('is waited for, gets everything once, and nothing piles up before it', async () => {
    const chunks: string[] = [];
    let go: (() => void) | undefined;
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string, _, done) {
        chunks.push(chunk);
        go = done;
      },
    });
    const channel = consoleChannel({ stream, format: 'json' });
    const batch = [notification({ id: 'a' }), notification({ id: 'b' })];
    for (let attempt = 1; attempt <= 5; attempt++) {
      const controller = new AbortController();
      const failing = channel.deliver(batch, { signal: controller.signal, attempt });
      controller.abort();
      await expect(failing).rejects.toMatchObject({ name: 'DeliveryError', permanent: false });
    }
    const controller = new AbortController();
    const late = channel.deliver(batch, { signal: controller.signal, attempt: 6 });
    await expect.poll(() => chunks.length).toBe(1);
    controller.abort();
    await expect(late).rejects.toMatchObject({ permanent: false });
    // It hangs in the stream; what is tried again waits for it.
    const again = channel.deliver([batch[1] as never, notification({ id: 'c' })], CALM);
    await new Promise(setImmediate);
    expect(chunks.length).toBe(1);
    go?.();
    await expect.poll(() => chunks.length).toBe(2);
    go?.();
    expect(await again).toEqual([]);
    expect(await channel.deliver([batch[0] as never], CALM)).toEqual([]);
    const ids = chunks
      .join('')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(['a', 'b', 'c']);
  });
});

describe('a process', () => {
  it('writes to standard error, or to standard output', async () => {
    const programs = await bundle();
    const one = notification();
    const line = expect.stringContaining('database is unhealthy');
    expect(await programs.run(DELIVER('', one))).toEqual({ code: 0, stdout: '', stderr: line });
    expect(await programs.run(DELIVER("{ stream: 'stdout' }", one))).toEqual({
      code: 0,
      stdout: line,
      stderr: '',
    });
  });

  it('does not die of a pipe that nobody reads, and knows that nobody will', async () => {
    const programs = await bundle();
    const { code, stdout } = await programs.run(
      `
        const channel = consoleChannel();
        const one = ${JSON.stringify(notification())};
        const errors = [];
        await new Promise((resolve) => process.stdin.once('data', resolve));
        for (let i = 0; i < 3; i++) {
          await channel
            .deliver([one], { signal: new AbortController().signal, attempt: 1 })
            .catch((error) => errors.push([error.name, error.permanent]));
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log(JSON.stringify([errors, process.stderr.listenerCount('error')]));
        process.exit(0);
      `,
      {
        onStart: (child) => {
          child.stderr?.once('close', () => child.stdin?.write('go'));
          child.stderr?.destroy();
        },
      },
    );
    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 0,
      told: [Array(3).fill(['DeliveryError', true]), 0],
    });
  });

  it.skipIf(!hasScript)('has colours on a real terminal, unless NO_COLOR is set', async () => {
    const programs = await bundle();
    const env = { TERM: 'xterm', NO_COLOR: undefined };
    const coloured = await programs.run(DELIVER('', notification()), { by: onTerminal, env });
    expect(coloured.stdout).toContain('\u001b[31merror   \u001b[0m database is unhealthy');
    const plain = await programs.run(DELIVER('', notification()), {
      by: onTerminal,
      env: { ...env, NO_COLOR: '1' },
    });
    expect(plain.stdout).toContain('error    database is unhealthy');
    expect(plain.stdout).not.toContain('\u001b[31m');
  });
});

describe('options', () => {
  it('that are wrong are told all at once', () => {
    expect(() =>
      consoleChannel({ stream: 'out', format: 'xml', minSeverity: 'x', colour: true } as never),
    ).toThrow(/colour.*stream.*format.*minSeverity/s);
  });
});
