import { afterEach, describe, expect, it } from 'vitest';
import { createStatsdExporter, type StatsdExporter, type StatsdOptions } from '../../src/index.ts';
import { counter, metricsOf } from '../support/encode.ts';
import type { Receiver } from '../support/receivers.ts';

/** A transport: a receiver that it reaches, and what it is told where there is none. */
export interface Kind {
  start(): Promise<Receiver>;
  /** Where nobody is. */
  readonly nowhere: () => Promise<StatsdOptions>;
}

const closers: (() => Promise<void>)[] = [];

async function start(kind: Kind): Promise<Receiver> {
  const receiver = await kind.start();
  closers.push(receiver.close);
  return receiver;
}

function exporterTo(options: StatsdOptions): StatsdExporter {
  const exporter = createStatsdExporter({ timeout: 200, ...options });
  closers.push(() => exporter.shutdown());
  return exporter;
}

function send(exporter: StatsdExporter, lines: number, name = 'orders') {
  const points = Array.from({ length: lines }, (_, i) => ({ value: i + 1, attributes: { id: `${i}` } }));
  return new Promise<{ code: number; error?: Error }>((resolve) =>
    exporter.export(metricsOf([counter(name, ...points)]), resolve),
  );
}

/** What every transport has to do, and every new one. */
export function describeTransport(name: string, kind: Kind): void {
  describe(`transport ${name}`, () => {
    afterEach(async () => {
      for (const close of closers.splice(0).reverse()) await close();
    });

    it('brings all lines, in order, and counts them', async () => {
      const receiver = await start(kind);
      const exporter = exporterTo(receiver.options);
      expect(await send(exporter, 2_000)).toEqual({ code: 0 });
      await exporter.forceFlush();
      const lines = await receiver.received(2_000);
      expect(lines).toEqual(Array.from({ length: 2_000 }, (_, i) => `orders:${i + 1}|c|#id:${i}`));
      expect(exporter.statistics()).toMatchObject({ lines: 2_000, dropped: {} });
      expect(exporter.statistics().bytes).toBe(receiver.packets.reduce((sum, { length }) => sum + length, 0));
    });

    it('keeps exports apart that are made while one is on its way', async () => {
      const receiver = await start(kind);
      const exporter = exporterTo(receiver.options);
      const results = await Promise.all([
        send(exporter, 500, 'a'),
        send(exporter, 500, 'b'),
        send(exporter, 500, 'c'),
      ]);
      expect(results).toEqual([{ code: 0 }, { code: 0 }, { code: 0 }]);
      const lines = await receiver.received(1_500);
      for (const name of ['a', 'b', 'c']) {
        expect(lines.filter((line) => line.startsWith(`${name}:`))).toEqual(
          Array.from({ length: 500 }, (_, i) => `${name}:${i + 1}|c|#id:${i}`),
        );
      }
    });

    it('hands over what was exported before it is shut down, and takes nothing after', async () => {
      const receiver = await start(kind);
      const exporter = exporterTo(receiver.options);
      void send(exporter, 300);
      await exporter.shutdown();
      await exporter.shutdown();
      expect(await receiver.received(300)).toHaveLength(300);
      expect(await send(exporter, 1)).toMatchObject({
        code: 1,
        error: { message: 'The exporter is shut down' },
      });
    });

    it('ends in time where nobody is, and counts what is lost', async () => {
      const exporter = exporterTo({ ...(await kind.nowhere()), maxBufferBytes: 1_000 });
      const first = await send(exporter, 100);
      expect(first.code).toBe(1);
      expect(first.error?.message).toContain('StatsD at ');
      await exporter.forceFlush();
      await exporter.shutdown();
      const { packets, dropped } = exporter.statistics();
      expect(packets).toBe(0);
      expect(Object.values(dropped).reduce((sum, lines) => sum + lines, 0)).toBe(100);
    });

    it('says so where nobody takes a single packet', async () => {
      const exporter = exporterTo({ ...(await kind.nowhere()), maxBufferBytes: 0 });
      for (let i = 0; i < 3; i++) expect((await send(exporter, 1)).code).toBe(1);
    });

    it('fills packets up to the size it is told', async () => {
      const receiver = await start(kind);
      const exporter = exporterTo({ ...receiver.options, maxPacketBytes: 200 });
      await send(exporter, 200);
      await exporter.forceFlush();
      await receiver.received(200);
      if (!['tcp', 'unix'].includes(receiver.options.transport ?? 'udp')) {
        expect(receiver.packets.every(({ length }) => length <= 200)).toBe(true);
        expect(receiver.packets.slice(0, -1).every(({ length }) => length > 170)).toBe(true);
      }
      expect(exporter.statistics()).toMatchObject({ lines: 200, dropped: {} });
    });

    it('sends at once when the process is about to end', async () => {
      const receiver = await start(kind);
      const exporter = exporterTo(receiver.options);
      await send(exporter, 1, 'before');
      await exporter.forceFlush();
      await receiver.received(1);
      exporter.exportNow(metricsOf([counter('last', { value: 1 })]));
      expect(await receiver.received(2)).toContain('last:1|c');
    });

    it('sends nothing twice of what is on its way then', async () => {
      const receiver = await start(kind);
      const exporter = exporterTo(receiver.options);
      const exports = [send(exporter, 2_000, 'a'), send(exporter, 500, 'b')];
      await receiver.received(1);
      exporter.exportNow(metricsOf([counter('last', { value: 1 })]));
      expect(await Promise.all(exports)).toEqual([{ code: 0 }, { code: 0 }]);
      await exporter.forceFlush();
      const lines = await receiver.received(2_501);
      expect(lines).toHaveLength(2_501);
      expect(new Set(lines).size).toBe(2_501);
    });
  });
}
