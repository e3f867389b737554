import { afterEach, describe, expect, it } from 'vitest';
import { type AppEnd, startApp } from '../../../instrument/test/support/start-app.ts';
import type { StatsdOptions } from '../../src/index.ts';
import {
  type Receiver,
  type StreamReceiver,
  socketPath,
  startStream,
  startUnanswering,
} from '../support/receivers.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function opened<T extends Pick<Receiver, 'close'>>(starting: Promise<T>): Promise<T> {
  const receiver = await starting;
  closers.push(receiver.close);
  return receiver;
}

/** An application that ends before its first push, as soon as it is told to: its receiver has taken the connection. */
async function endOf(
  receiver: StreamReceiver | undefined,
  options: StatsdOptions,
  ending: string,
  meanwhile: () => void = () => {},
): Promise<AppEnd> {
  const app = startApp({
    source: `
      import { getMeter, init } from '@org/instrument';
      const telemetry = init({
        prometheus: false,
        metrics: { cardinalityLimit: 200_000 },
        statsd: ${JSON.stringify({ ...options, interval: '1h' })},
      });
      await telemetry.ready;
      getMeter('shop').createCounter('last.words').add(7);
      const waiting = setInterval(() => {}, 1_000);
      process.on('SIGUSR2', () => {
        clearInterval(waiting);
        ${ending}
      });
      console.log('ready');
    `,
  });
  await app.printed('ready');
  if (receiver !== undefined) await expect.poll(() => receiver.connections.size, { timeout: 10_000 }).toBe(1);
  meanwhile();
  app.child.kill('SIGUSR2');
  return app.end;
}

describe('a process that ends before its first push', () => {
  it.each([
    ['TCP', 'process.exit()', () => startStream(), 'process.exit(3);', 3],
    ['a Unix stream', 'process.exit()', () => startStream({ path: socketPath() }), 'process.exit(3);', 3],
    ['TCP', 'an error that nobody catches', () => startStream(), "throw new Error('uncaught');", 1],
    ['TCP', 'running out of work', () => startStream(), '', 0],
  ])('sends what is left over %s: %s', async (_, _ending, start, ending, code) => {
    const receiver = await opened(start());
    const end = await endOf(receiver, receiver.options, ending);
    expect(end.code).toBe(code);
    expect(end.stderr).not.toContain('statsd');
    await receiver.received(1);
    expect(receiver.lines).toContain('last.words:7|c');
  });

  it('tells what is lost where no connection is there', async () => {
    const gone = await startStream();
    await gone.close();
    const { code, stderr } = await endOf(undefined, gone.options, 'process.exit(3);');
    expect(code).toBe(3);
    const { host, port } = gone.options;
    expect(stderr).toContain(`statsd: sending what was left to ${host}:${port} failed: `);
    expect(stderr).toMatch(/\d+ lines? lost with the end of the process: connect ECONNREFUSED/);
  });

  it('tells what is lost where the receiver does not take it', async () => {
    const receiver = await opened(startStream());
    const lines = 150_000;
    // More than the operating system keeps on both sides.
    const ending = `
      const requests = getMeter('shop').createCounter('requests');
      for (let i = 0; i < ${lines}; i++) requests.add(1, { path: 'x'.repeat(200) + i });
      process.exit(3);`;
    const { code, stderr } = await endOf(receiver, receiver.options, ending, () => {
      for (const socket of receiver.connections) socket.pause();
    });
    expect(code).toBe(3);
    const told = /([\d,]+) lines lost with the end of the process: it takes nothing more/.exec(stderr);
    const lost = Number(told?.[1]?.replaceAll(',', ''));
    for (const socket of receiver.connections) socket.resume();
    await expect.poll(() => receiver.connections.size, { timeout: 10_000 }).toBe(0);
    const arrived = receiver.lines.filter((line) => line.startsWith('requests')).length;
    expect(lost).toBeLessThan(lines);
    expect(arrived + lost).toBeGreaterThanOrEqual(lines);
    // Of a chunk of 64 KiB that was taken in part, some lines have arrived.
    expect(arrived + lost).toBeLessThan(lines + 500);
  }, 30_000);
});

/** An application that has nothing to send, and nothing else to do. */
function idleApp(options: StatsdOptions, before = ''): Promise<AppEnd> {
  const source = `
    import dns from 'node:dns';
    import { createStatsdExporter } from '@org/instrument-statsd';
    ${before}
    createStatsdExporter(${JSON.stringify(options)});
  `;
  return startApp({ source }).end;
}

describe('a process that has nothing to send', () => {
  it('is not kept alive by its connection', async () => {
    const receiver = await opened(startStream());
    expect(await idleApp(receiver.options)).toMatchObject({ code: 0, stderr: '' });
  });

  it('is not kept alive by one to the second address of a name', async () => {
    const receiver = await opened(startStream());
    const both = `dns.lookup = (_host, _options, done) =>
      done(null, [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]);`;
    const end = await idleApp({ ...receiver.options, host: 'statsd.example' }, both);
    expect(end).toMatchObject({ code: 0, stderr: '' });
  });

  it('is not kept alive by a receiver that is away, nor for long by one that does not answer', async () => {
    const gone = await startStream();
    await gone.close();
    const silent = await opened(startUnanswering());
    for (const { options } of [gone, silent]) {
      expect(await idleApp(options)).toMatchObject({ code: 0, stderr: '' });
    }
  });
});
