import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { it, type Lab } from './harness/lab.ts';
import { openShop, type Shop } from './harness/shop.ts';

const SCRAPE = { timeout: 15_000, interval: 100 };

function openServing(lab: Lab, port = 0): Promise<Shop> {
  return openShop(lab, '', { init: { otlp: false, prometheus: { port }, traces: false } });
}

async function metricsOf(shop: Shop): Promise<URL> {
  const { metrics } = await shop.state();
  expect(metrics).toBeDefined();
  return new URL(metrics ?? '');
}

function connectTo(lab: Lab, { hostname, port }: URL): Socket {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  lab.closeAtEnd(() => void socket.destroy());
  return socket;
}

async function expectUndisturbed(shop: Shop): Promise<void> {
  expect((await shop.state()).unhandled).toEqual([]);
  expect(await shop.leave()).toBe(0);
}

describe('the port of /metrics', () => {
  it('that is taken does not disturb the application, and Prometheus finds everything once it is free', async ({
    lab,
  }) => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const shop = await openServing(lab, port);
    await shop.work(50);
    const taken = await shop.state();
    expect(taken.metrics).toBeUndefined();
    expect(taken.series).toContainEqual(
      expect.objectContaining({ name: 'instrument.faults', attributes: { component: 'prometheus' } }),
    );
    const prometheus = await lab.startPrometheus({ shop: `127.0.0.1:${port}` });
    await new Promise((resolve) => other.close(resolve));
    await expect.poll(() => prometheus.sum('orders_total'), SCRAPE).toBe(50);
    await expectUndisturbed(shop);
  });
});

describe('scrapers that hang', () => {
  it('neither keep others from scraping nor the application from ending', async ({ lab }) => {
    const shop = await openServing(lab);
    const url = await metricsOf(shop);
    await shop.work(50);
    for (let i = 0; i < 100; i++) {
      const silent = connectTo(lab, url);
      const unfinished = connectTo(lab, url);
      unfinished.write(`GET ${url.pathname} HTTP/1.1\r\nHost: x\r\n`);
      // Asks again and again, and never reads an answer.
      const deaf = connectTo(lab, url).pause();
      deaf.write(`GET ${url.pathname} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(100));
      await Promise.all([silent, unfinished, deaf].map((socket) => once(socket, 'connect')));
    }
    const prometheus = await lab.startPrometheus({ shop: url.host });
    await expect.poll(() => prometheus.sum('orders_total'), SCRAPE).toBe(50);
    await shop.work(50);
    await expect.poll(() => prometheus.sum('orders_total'), SCRAPE).toBe(100);
    await expectUndisturbed(shop);
  });
});

describe('a thousand scrapes at once', () => {
  it('are all answered completely, while the application works', async ({ lab }) => {
    const shop = await openServing(lab);
    const url = await metricsOf(shop);
    await shop.work(50);
    const scrapes = Array.from({ length: 1_000 }, async () => {
      const response = await fetch(url);
      return { status: response.status, text: await response.text() };
    });
    const work = shop.work(5_000);
    for (const { status, text } of await Promise.all(scrapes)) {
      expect(status).toBe(200);
      const [, total] = /^orders_total\{[^}]*\} (\d+)$/m.exec(text) ?? [];
      expect(Number(total)).toBeGreaterThanOrEqual(50);
      expect(text.endsWith('\n')).toBe(true);
    }
    await work;
    expect(await (await fetch(url)).text()).toMatch(/^orders_total\{[^}]*\} 5050$/m);
    await expectUndisturbed(shop);
  });
});
