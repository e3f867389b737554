import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitAnswer, standStill } from '../../../core/test/standstill.ts';
import type { UdpDestination } from '../../src/destination.ts';
import type { Batch } from '../../src/encode/batch.ts';
import { Encoder } from '../../src/encode/encoder.ts';
import { createStatsdExporter, type StatsdExporter, type StatsdOptions } from '../../src/index.ts';
import { resolveSettings } from '../../src/settings.ts';
import { Tally } from '../../src/tally.ts';
import type { Lookup } from '../../src/transport/resolve-address.ts';
import { UdpTransport } from '../../src/transport/udp.ts';
import { counter, metricsOf } from '../support/encode.ts';
import { socketPath, startStream, startUdp, startUnanswering } from '../support/receivers.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function exporterTo(options: StatsdOptions): StatsdExporter {
  const exporter = createStatsdExporter({ timeout: 5_000, ...options });
  closers.push(() => exporter.shutdown());
  return exporter;
}

function send(exporter: StatsdExporter, name: string, lines = 1) {
  const points = Array.from({ length: lines }, (_, i) => ({ value: i + 1 }));
  return new Promise<{ code: number; error?: Error }>((resolve) =>
    exporter.export(metricsOf([counter(name, ...points)]), resolve),
  );
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition() && performance.now() < end) await sleep(5);
  expect(condition()).toBe(true);
}

/** A figure that does not change any more. */
async function settled(figure: () => number): Promise<number> {
  for (let before = Number.NaN; ; ) {
    const now = figure();
    if (now === before) return now;
    before = now;
    await sleep(100);
  }
}

describe('connections', () => {
  it('are there before the first export, for what is sent when the process ends before it', async () => {
    const receiver = await startStream();
    closers.push(receiver.close);
    const exporter = exporterTo(receiver.options);
    await until(() => receiver.connections.size === 1);
    await nextTurn();
    await nextTurn();
    exporter.exportNow(metricsOf([counter('last', { value: 1 })]));
    expect(await receiver.received(1)).toEqual(['last:1|c']);
    expect(exporter.statistics().dropped).toEqual({});
  });

  it('are made as soon as the receiver is there, though nothing was exported yet', async () => {
    const gone = await startStream();
    await gone.close();
    exporterTo(gone.options);
    // Nobody was there: in this order they are told so.
    await once(connect(gone.options.port as number, '127.0.0.1'), 'error');
    const receiver = await startStream({ port: gone.options.port as number });
    closers.push(receiver.close);
    await until(() => receiver.connections.size === 1);
  });

  it('are made again where not even a line may be kept', async () => {
    const receiver = await startStream();
    closers.push(receiver.close);
    const exporter = exporterTo({ ...receiver.options, maxBufferBytes: 0 });
    for (const name of ['first', 'second']) {
      await until(() => {
        void send(exporter, name);
        return receiver.lines.includes(`${name}:1|c`);
      });
      for (const socket of receiver.connections) socket.end();
      await until(() => receiver.connections.size === 0);
    }
  });

  it('that are not answered are given up, and what is exported is kept', async () => {
    const { options, close } = await startUnanswering();
    closers.push(close);
    const exporter = exporterTo({ ...options, timeout: 100 });
    expect(await send(exporter, 'orders')).toEqual({ code: 0 });
    await until(() => exporter.whyLate()?.includes('it has not answered within 2000 ms') === true);
    expect(exporter.statistics().dropped).toEqual({});
    await exporter.shutdown();
    expect(exporter.statistics().dropped).toEqual({ shutdown: 1 });
  });

  it('are made again when the receiver is back, and what was exported meanwhile arrives', async () => {
    const first = await startStream();
    const { options } = first;
    const exporter = exporterTo(options);
    await send(exporter, 'before');
    await first.received(1);
    await first.close();
    // Until the end of the connection is seen, something may be given to it.
    await sleep(50);
    expect(await send(exporter, 'meanwhile')).toEqual({ code: 0 });
    expect(await send(exporter, 'still')).toEqual({ code: 0 });
    const second = await startStream({ port: options.port as number });
    closers.push(second.close);
    await exporter.forceFlush();
    expect(await second.received(2)).toEqual(['meanwhile:1|c', 'still:1|c']);
    expect(exporter.statistics()).toMatchObject({ lines: 3, dropped: {} });
  });

  it('that are broken by the other side are made again, and lines stay whole', async () => {
    const receiver = await startStream();
    closers.push(receiver.close);
    const exporter = exporterTo({ ...receiver.options, dialect: 'plain' });
    for (let i = 0; i < 20; i++) {
      await send(exporter, `metric${i}`, 500);
      await exporter.forceFlush();
      for (const socket of receiver.connections) if (i % 3 === 0) socket.destroy();
    }
    await exporter.forceFlush();
    const { lines, dropped } = exporter.statistics();
    expect(lines + (dropped.connection_lost ?? 0)).toBe(10_000);
    for (const line of receiver.lines) expect(line).toMatch(/^metric\d+:\d+\|c$/);
  });

  it('that break under a backlog lose what was being written, and no more', async () => {
    const first = await startStream();
    const { options } = first;
    const exporter = exporterTo(options);
    await send(exporter, 'first');
    await first.received(1);
    for (const socket of first.connections) socket.pause();
    for (let i = 0; i < 100; i++) {
      await send(exporter, 'x'.repeat(100), 500);
      await sleep(1);
    }
    const before = await settled(() => exporter.statistics().lines);
    expect(before).toBeLessThan(50_001);
    await first.close();
    const second = await startStream({ port: options.port as number });
    closers.push(second.close);
    await exporter.forceFlush();
    const { lines, dropped } = exporter.statistics();
    expect(lines + (dropped.connection_lost ?? 0)).toBe(50_001);
    // A chunk is of 64 KiB.
    expect(dropped.connection_lost ?? 0).toBeLessThan(700);
    expect(await second.received(lines - before)).toHaveLength(lines - before);
  });

  it('that the other side ends lose nothing that is exported at that moment', async () => {
    const receiver = await startStream();
    closers.push(receiver.close);
    const exporter = exporterTo(receiver.options);
    await send(exporter, 'first');
    await receiver.received(1);
    for (const socket of receiver.connections) socket.end();
    for (let i = 0; i < 30; i++) {
      await nextTurn();
      await send(exporter, `metric${i}`);
    }
    await exporter.forceFlush();
    expect(await receiver.received(31)).toHaveLength(31);
    expect(exporter.statistics()).toMatchObject({ lines: 31, dropped: {} });
  });

  it('to a receiver that does not read keep no more than the bound, and say so', async () => {
    const receiver = await startStream();
    closers.push(receiver.close);
    const exporter = exporterTo({ ...receiver.options, maxBufferBytes: 100_000, timeout: 100 });
    await send(exporter, 'first');
    await receiver.received(1);
    for (const socket of receiver.connections) socket.pause();
    let last: { code: number; error?: Error } = { code: 0 };
    // The operating system keeps a few megabytes on both sides before anything waits here.
    for (let i = 0; i < 2_000 && last.code === 0; i++) {
      last = await send(exporter, 'x'.repeat(100), 500);
      await sleep(1);
    }
    expect(last.error?.message).toMatch(/takes nothing more, and \d+ of 100000 bytes are kept/);
    const { dropped } = exporter.statistics();
    expect(dropped).toEqual({ buffer_full: 500 });
    await exporter.shutdown();
    expect(exporter.statistics().dropped.shutdown).toBeGreaterThan(0);
  });

  it('whose packets have their length in front have it as the Agent reads it', async () => {
    const receiver = await startStream({ path: socketPath() });
    closers.push(receiver.close);
    const exporter = exporterTo({ ...receiver.options, framing: 'length', maxPacketBytes: 64 });
    await send(exporter, 'orders', 20);
    await exporter.forceFlush();
    const { bytes: sent } = exporter.statistics();
    await until(() => receiver.packets.reduce((sum, { length }) => sum + length, 0) === sent);
    let bytes = Buffer.concat(receiver.packets);
    const lines: string[] = [];
    while (bytes.length > 0) {
      const size = bytes.readUInt32LE(0);
      expect(size).toBeLessThanOrEqual(64);
      lines.push(...bytes.toString('utf8', 4, 4 + size).split('\n'));
      bytes = bytes.subarray(4 + size);
    }
    expect(lines).toEqual(Array.from({ length: 20 }, (_, i) => `orders:${i + 1}|c`));
  });
});

/** A transport to a name that leads where `answer` says, asked again for each batch, and batches of many packets for it. */
function udpTo(port: number, answer: (asked: number) => LookupAddress | Promise<LookupAddress>) {
  let asked = 0;
  const lookup: Lookup = async (_host, _options, done) => {
    asked++;
    try {
      done(null, [await answer(asked)]);
    } catch (error) {
      done(error as Error, []);
    }
  };
  const settings = resolveSettings({ host: 'statsd.example', port, dnsRefresh: 0, maxPacketBytes: 64 }, {});
  const tally = new Tally('udp');
  const transport = new UdpTransport(settings.destination as UdpDestination, tally, lookup);
  closers.push(() => transport.close(100));
  const encoder = new Encoder(settings.form);
  const batchOf = (name: string, lines: number): Batch => {
    const points = Array.from({ length: lines }, (_, i) => ({ value: i + 1 }));
    return encoder.encode(metricsOf([counter(name, ...points)]), 0, true);
  };
  return { transport, tally, batchOf };
}

describe('datagrams', () => {
  it('go to a receiver that was started again, UDP', async () => {
    const first = await startUdp();
    const exporter = exporterTo(first.options);
    await send(exporter, 'before');
    await first.received(1);
    await first.close();
    expect(await send(exporter, 'away', 300)).toMatchObject({ code: 1 });
    const second = await startUdp('udp4', first.options.port as number);
    closers.push(second.close);
    expect(await send(exporter, 'after')).toEqual({ code: 0 });
    expect(await second.received(1)).toEqual(['after:1|c']);
    expect(exporter.statistics()).toMatchObject({ lines: 2, dropped: { unreachable: 300 } });
  });

  it('to a name go where it leads now, and where it last led while it cannot be resolved', async () => {
    const [one, other] = [await startUdp('udp4'), await startUdp('udp6')];
    closers.push(one.close, other.close);
    let answer: LookupAddress | Error = { address: '127.0.0.1', family: 4 };
    let lookups = 0;
    const { transport, tally, batchOf } = udpTo(one.options.port as number, async (asked) => {
      lookups = asked;
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const sendLine = (name: string) => transport.send(batchOf(name, 1));
    expect(await sendLine('first')).toBeUndefined();
    expect(await one.received(1)).toEqual(['first:1|c']);
    answer = new Error('ENOTFOUND');
    expect(await sendLine('second')).toBeUndefined();
    await until(() => lookups >= 2);
    expect(await sendLine('third')).toBeUndefined();
    expect(await one.received(3)).toEqual(['first:1|c', 'second:1|c', 'third:1|c']);
    // Another address; nobody is at this port there, which is how it shows.
    answer = { address: '::1', family: 6 };
    await until(() => {
      void sendLine('moved');
      return tally.statistics().dropped.unreachable !== undefined;
    });
  });

  it('of one export all arrive, where the name leads elsewhere while they are being sent', async () => {
    const one = await startUdp('udp4');
    const other = await startUdp('udp6', one.options.port as number);
    closers.push(one.close, other.close);
    const { transport, tally, batchOf } = udpTo(one.options.port as number, (asked) =>
      asked === 1
        ? { address: '127.0.0.1', family: 4 }
        : until(() => one.lines.length > 1).then(() => ({ address: '::1', family: 6 })),
    );
    await transport.send(batchOf('first', 1));
    expect(await transport.send(batchOf('orders', 2_000))).toBeUndefined();
    expect(tally.statistics()).toMatchObject({ lines: 2_001, dropped: {} });
    await until(() => one.lines.length + other.lines.length === 2_001);
    expect(one.lines.length).toBeGreaterThan(1);
    expect(other.lines.length).toBeGreaterThan(1);
  });

  it('go on to where the name led, while it leads where there is no way to', async () => {
    const { options, received, close } = await startUdp();
    closers.push(close);
    let lookups = 0;
    // No socket is allowed to send to all without being told to.
    const { transport, tally, batchOf } = udpTo(options.port as number, (asked) => {
      lookups = asked;
      return { address: asked === 1 ? '127.0.0.1' : '255.255.255.255', family: 4 };
    });
    for (let sent = 0; lookups < 3; sent++) {
      expect(await transport.send(batchOf(`metric${sent}`, 1))).toBeUndefined();
    }
    await transport.send(batchOf('last', 1));
    const { lines, dropped } = tally.statistics();
    expect(dropped).toEqual({});
    expect((await received(lines)).at(-1)).toBe('last:1|c');
  });

  it('on their way when the process ends are sent at once, and those that wait behind them', async () => {
    const { options, received, close } = await startUdp();
    closers.push(close);
    const address = { address: '127.0.0.1', family: 4 };
    const { transport, batchOf } = udpTo(options.port as number, () => address);
    await transport.send(batchOf('first', 1));
    const sending = [transport.send(batchOf('orders', 300)), transport.send(batchOf('behind', 5))];
    await received(2);
    transport.sendNow(batchOf('last', 1));
    // From here on, nothing more is sent.
    await transport.close(0);
    await Promise.all(sending);
    const lines = await received(307);
    expect(lines).toHaveLength(307);
    expect(new Set(lines).size).toBe(307);
    expect(lines.slice(-6)).toEqual([...[1, 2, 3, 4, 5].map((n) => `behind:${n}|c`), 'last:1|c']);
  });

  it('left when the deadline of a shutdown ends count as that', async () => {
    const { options, close } = await startUdp();
    closers.push(close);
    const { transport, tally, batchOf } = udpTo(options.port as number, () => ({
      address: '127.0.0.1',
      family: 4,
    }));
    await transport.send(batchOf('first', 1));
    const sending = transport.send(batchOf('orders', 2_000));
    await transport.close(5);
    await sending;
    const { lines, dropped } = tally.statistics();
    expect(dropped).toEqual({ shutdown: 2_001 - lines });
    expect(lines).toBeLessThan(2_001);
  });

  it('are sent to where a name leads, though the event loop stood still until the deadline', async () => {
    const { options, received, close } = await startUdp();
    const answer = await awaitAnswer();
    closers.push(close, answer.close);
    const { transport, tally, batchOf } = udpTo(options.port as number, async () => {
      await answer.read;
      return { address: '127.0.0.1', family: 4 };
    });
    const sending = transport.send(batchOf('orders', 1));
    const closing = transport.close(50);
    answer.send();
    standStill(200);
    await closing;
    expect(await sending).toBeUndefined();
    expect(tally.statistics()).toMatchObject({ lines: 1, dropped: {} });
    expect(await received(1)).toEqual(['orders:1|c']);
  });

  it('to a name that leads nowhere are not taken', async () => {
    const exporter = exporterTo({ host: 'statsd.invalid' });
    const { code, error } = await send(exporter, 'lost');
    expect(code).toBe(1);
    expect(error?.message).toMatch(/^StatsD at statsd\.invalid:8125 cannot be reached: /);
    expect(exporter.statistics().dropped).toEqual({ unreachable: 1 });
  });
});
