import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type BackgroundProcess, startProcess } from './harness/background-process.ts';
import { it, type Lab } from './harness/lab.ts';

const SOON = { timeout: 15_000, interval: 100 };
const CHANNELS = pathToFileURL(
  join(import.meta.dirname, '..', '..', 'packages', 'channels', 'dist', 'index.js'),
);
const TOKEN = 'b0221cd8-c4b4-465a-9a3c-273e3a75aa29';
/** Nothing of it may be lost, or be anything but text. */
const TEXTS = [
  'plain',
  'line\nfeed\r\ntab\t',
  '{"event":"forged"}\n{"event":"forged"}',
  'quotes " \' \\ \u2028\u2029\u0085',
  'Grüße, 世界, 😀',
  '',
];

/** A log record that the receiver made of an event. */
interface Received {
  readonly timeUnixNano: string;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

interface Collector {
  readonly url: string;
  readonly process: BackgroundProcess;
  received(): Received[];
}

/** The collector's receiver of the HTTP Event Collector, which writes what it gets to a file. */
async function startCollector(lab: Lab, isAcknowledging: boolean): Promise<Collector> {
  const port = await freePort();
  const file = join(lab.directory, `logs-${port}.json`);
  const configuration = join(lab.directory, `splunk-${port}.yaml`);
  const receiver = {
    endpoint: `127.0.0.1:${port}`,
    ...(isAcknowledging ? { ack: { extension: 'ack' } } : {}),
  };
  const written = {
    extensions: { ack: {} },
    receivers: { splunk_hec: receiver },
    exporters: { file: { path: file, append: true, flush_interval: '10ms' } },
    service: {
      extensions: isAcknowledging ? ['ack'] : [],
      telemetry: { metrics: { level: 'none' }, logs: { level: 'info', encoding: 'console' } },
      pipelines: { logs: { receivers: ['splunk_hec'], exporters: ['file'] } },
    },
  };
  writeFileSync(configuration, JSON.stringify(written));
  const { collector: command } = inject('programs');
  const process = startProcess({ command, args: [`--config=${configuration}`], cwd: lab.directory });
  lab.closeAtEnd(() => process.kill());
  const url = `http://127.0.0.1:${port}`;
  await process.ready(async () => {
    const answer = await fetch(`${url}/services/collector/health`).catch(() => undefined);
    return answer?.ok === true;
  }, 'The collector');
  return { url, process, received: () => readLogs(file) };
}

/** Delivers notifications, and says what became of them. */
function deliver(url: string, options: object, texts: readonly string[]): string {
  return `
    import { splunk } from ${JSON.stringify(CHANNELS.href)};
    const channel = splunk(${JSON.stringify({ url, token: TOKEN, index: 'main', sourcetype: 'shop', ...options })});
    const batch = ${JSON.stringify(texts)}.map((text, i) => ({
      id: 'n-' + i,
      event: 'order.refused',
      timestampMillis: 1_709_210_096_789 + i,
      severity: 'warning',
      phase: 'occurred',
      key: 'order/' + i,
      title: 'title ' + text,
      text,
      source: { service: 'shop', environment: 'test', host: 'web-1' },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      payload: { text, amount: 12.5, items: [{ text }] },
    }));
    const context = { signal: AbortSignal.timeout(20_000), attempt: 1 };
    const rejections = (await channel.deliver(batch, context)) ?? [];
    await channel.close?.();
    process.send(rejections.map(({ id, error }) => [id, error.message]));
    process.disconnect();
  `;
}

async function run(lab: Lab, source: string): Promise<unknown> {
  const app = lab.startApp({ source });
  const message = new Promise((resolve) => app.child.once('message', resolve));
  const { code } = await app.end;
  expect({ code, stderr: app.stderr }).toEqual({ code: 0, stderr: '' });
  return message;
}

describe("the collector's receiver of the HTTP Event Collector", () => {
  it.for([
    ['as it is', {}, false],
    ['compressed', { compress: true }, false],
    ['acknowledged', { acknowledge: true }, true],
  ] as const)('takes what we send, %s, for what it is', async ([, options, isAcknowledging], { lab }) => {
    const collector = await startCollector(lab, isAcknowledging);
    expect(await run(lab, deliver(collector.url, options, TEXTS))).toEqual([]);
    await expect.poll(() => collector.received().length, SOON).toBe(TEXTS.length);
    const received = collector.received();
    for (const [i, text] of TEXTS.entries()) {
      const { timeUnixNano, body, attributes, resource } = received[i] as Received;
      // The receiver reads seconds into a float, which has no room for all nanoseconds.
      expect(Math.round(Number(timeUnixNano) / 1_000_000)).toBe(1_709_210_096_789 + i);
      expect(body).toMatchObject({
        id: `n-${i}`,
        event: 'order.refused',
        level: 'warning',
        severity: 'warning',
        phase: 'occurred',
        key: `order/${i}`,
        title: `title ${text}`,
        text,
        service: 'shop',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        payload: { text, amount: 12.5, items: [{ text }] },
      });
      expect(attributes).toMatchObject({
        event_name: 'order.refused',
        severity: 'warning',
        phase: 'occurred',
        service: 'shop',
        environment: 'test',
      });
      expect(resource).toMatchObject({
        'host.name': 'web-1',
        'com.splunk.source': 'instrument',
        'com.splunk.sourcetype': 'shop',
        'com.splunk.index': 'main',
      });
    }
  });

  it('takes thousands at once, each once', async ({ lab }) => {
    const collector = await startCollector(lab, false);
    const texts = Array.from({ length: 3_000 }, (_, i) => `${i} ${'x'.repeat(1_000)}`);
    expect(await run(lab, deliver(collector.url, {}, texts))).toEqual([]);
    await expect.poll(() => collector.received().length, SOON).toBe(texts.length);
    const ids = collector.received().map(({ body }) => (body as { id: string }).id);
    expect(ids).toEqual(texts.map((_, i) => `n-${i}`));
  });
});

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
interface Logs {
  readonly resourceLogs: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly timeUnixNano: string;
        readonly body: AnyValue;
        readonly attributes?: readonly KeyValue[];
      }[];
    }[];
  }[];
}

/** Reads the complete lines that the collector's file exporter wrote (OTLP JSON, a message per line). */
function readLogs(file: string): Received[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const lines = text.split('\n').slice(0, -1);
  return lines
    .flatMap((line) => (JSON.parse(line) as Logs).resourceLogs)
    .flatMap(({ resource, scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) =>
        logRecords.map(({ timeUnixNano, body, attributes }) => ({
          timeUnixNano,
          body: plain(body),
          attributes: plainAll(attributes),
          resource: plainAll(resource?.attributes),
        })),
      ),
    );
}

function plain(value: AnyValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value.kvlistValue !== undefined) return plainAll(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}

function plainAll(pairs: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
}
