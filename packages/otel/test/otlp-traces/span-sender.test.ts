import type { ServerResponse } from 'node:http';
import { type Link, ROOT_CONTEXT, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { MeterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OtlpOptions, OtlpProtocol } from '../../src/options.ts';
import { type OtlpTarget, otlpTarget } from '../../src/otlp.ts';
import { createSpanSender, type QueueSettings, type SpanSender } from '../../src/otlp-traces/span-sender.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { SpanProvider, type SpanProviderOptions } from '../../src/spans/span-provider.ts';
import { accept, hang, type JsonSpan, type OtlpReceiver, startOtlpReceiver } from '../otlp-receiver.ts';
import { decodeNames } from './decode-names.ts';

let receiver: OtlpReceiver;
let errors: unknown[];
const stops: AbortController[] = [];

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  errors = [];
});

afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort(new Error('the test is over'));
  await receiver.close();
});

interface Started {
  readonly sender: SpanSender;
  readonly provider: SpanProvider;
  /** Ends spans of these names. */
  end(...names: string[]): void;
}

function start(
  protocol: OtlpProtocol,
  settings: Partial<QueueSettings> = {},
  options: Partial<SpanProviderOptions> = {},
  otlp: OtlpOptions = {},
): Started {
  const meters = new MeterProvider({});
  const stop = new AbortController();
  stops.push(stop);
  const target = otlpTarget({ endpoint: receiver.url, protocol, ...otlp }, 'traces') as OtlpTarget;
  const onError = (error: unknown): void => void errors.push(error);
  const sender = createSpanSender(target, { meters, onError, ...settings }, meters, stop.signal);
  const provider = new SpanProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    sampler: new AlwaysOnSampler(),
    limits: DEFAULT_SPAN_LIMITS,
    ...options,
    processors: [...(options.processors ?? []), sender.processor],
  });
  const tracer = provider.getTracer('test');
  return {
    sender,
    provider,
    end: (...names) => {
      for (const name of names) tracer.startSpan(name, {}, ROOT_CONTEXT).end();
    },
  };
}

/** Names of the spans of a body of either form. */
function namesOf(body: Uint8Array, protocol: OtlpProtocol): string[] {
  if (protocol === 'http/protobuf') return decodeNames(body);
  const { resourceSpans } = JSON.parse(Buffer.from(body).toString()) as {
    resourceSpans: { scopeSpans: { spans: JsonSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
  );
}

describe.each<[OtlpProtocol]>([['http/protobuf'], ['http/json']])('spans over %s', (protocol) => {
  const received = (): string[][] => receiver.requests.map(({ body }) => namesOf(body, protocol));

  it('arrive in batches, in the order of their ends', async () => {
    const { end, provider } = start(protocol, { maxExportBatchSize: 2 });
    end('a', 'b', 'c');
    await provider.forceFlush();
    expect(received()).toEqual([['a', 'b'], ['c']]);
  });

  it('are as they were when they ended, after what processors before did to them', async () => {
    const { provider } = start(
      protocol,
      {},
      {
        processors: [
          {
            onStart: () => {},
            onEnd: (span) => {
              span.attributes.seen = 'by a processor';
            },
            forceFlush: async () => {},
            shutdown: async () => {},
          },
        ],
      },
    );
    const span = provider.getTracer('test').startSpan('a', { attributes: { first: 'at the start' } });
    span.setAttribute('second', 'before the end').end();
    span.setAttribute('third', 'after the end').updateName('b');
    await provider.forceFlush();
    expect(received()).toEqual([['a']]);
    const body = receiver.requests[0]?.body.toString() ?? '';
    for (const part of ['at the start', 'before the end', 'by a processor']) expect(body).toContain(part);
    expect(body).not.toContain('after the end');
  });

  it('have the attributes of a resource that arrive after they ended', async () => {
    let arrive = (_: string): void => {};
    const id = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const resource = resourceFromAttributes({ 'host.id': id });
    const { end, provider } = start(protocol, {}, { resource });
    end('a');
    const flushed = provider.forceFlush();
    expect(receiver.requests).toEqual([]);
    arrive('found late');
    await flushed;
    expect(receiver.requests[0]?.body.toString()).toContain('found late');
  });

  it('are taken out at the end, with those whose export is not answered, in requests of some hundred', async () => {
    receiver.answer = hang;
    const { end, sender } = start(protocol, { maxExportBatchSize: 100 });
    const names = Array.from({ length: 1_150 }, (_, i) => `span ${i}`);
    end(...names);
    const bodies = sender.takeLast().map(({ body }) => namesOf(body, protocol));
    expect(bodies.map(({ length }) => length)).toEqual([500, 500, 150]);
    expect(bodies.flat()).toEqual(names);
    expect(sender.takeLast()).toEqual([]);
  });
});

describe.each<[OtlpProtocol]>([['http/protobuf'], ['http/json']])('over %s, spans', (protocol) => {
  const received = (): string[][] => receiver.requests.map(({ body }) => namesOf(body, protocol));
  const throttle = (response: ServerResponse): void =>
    void response.writeHead(429, { 'retry-after': '1' }).end();

  it('that a receiver wants later than an export may last come then, once', async () => {
    receiver.answer = throttle;
    const { end } = start(protocol, { maxExportBatchSize: 2 }, {}, { timeout: 500 });
    end('a', 'b', 'c');
    await expect.poll(() => errors.length).toBe(1);
    receiver.answer = accept;
    end('d');
    await expect.poll(received, { timeout: 3_000 }).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('that nobody is there for arrive when somebody is, once', async () => {
    const { port } = new URL(receiver.url);
    await receiver.close();
    const { end, provider } = start(protocol, { maxExportBatchSize: 2 }, {}, { timeout: 300 });
    end('a', 'b', 'c');
    await expect.poll(() => errors.length).toBe(1);
    receiver = await startOtlpReceiver(Number(port));
    await provider.forceFlush();
    expect(received().flat().sort()).toEqual(['a', 'b', 'c']);
  });

  it('that are not answered do not come again', async () => {
    receiver.answer = hang;
    const { end, provider } = start(protocol, { maxExportBatchSize: 1 }, {}, { timeout: 300 });
    end('a');
    await expect.poll(() => errors.length).toBe(1);
    receiver.answer = accept;
    end('b');
    await provider.forceFlush();
    expect(received()).toEqual([['a'], ['b']]);
  });
});

it('a span that cannot be written is reported, not thrown at who ends it, and costs no other', async () => {
  const spoil = {
    onStart: () => {},
    onEnd: (span: { name: unknown }) => {
      if (span.name === 'spoilt') span.name = 404;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const { end, provider } = start('http/protobuf', {}, { processors: [spoil as SpanProcessor] });
  end('a', 'spoilt', 'b');
  await provider.forceFlush();
  expect(receiver.requests.map(({ body }) => decodeNames(body))).toEqual([['a', 'b']]);
  expect(errors).toEqual([new TypeError('expected a text, found 404')]);
});

describe.each<[OtlpProtocol]>([['http/protobuf'], ['http/json']])('over %s', (protocol) => {
  it('names, versions and events that are no text arrive as text, with all other spans', async () => {
    const { end, provider } = start(protocol);
    const any = (value: unknown): string => value as string;
    end('a', any(404), any(undefined), any(Object.create(null)));
    for (const [name, version] of [[undefined], [5], ['named', 1], [null, null]]) {
      provider.getTracer(any(name), any(version)).startSpan('b', {}, ROOT_CONTEXT).end();
    }
    const span = provider.getTracer('test').startSpan('c', {}, ROOT_CONTEXT);
    span.updateName(any(7)).addEvent(any(8)).addEvent(any(null)).end();
    end('z');
    await provider.forceFlush();
    const names = receiver.requests.flatMap(({ body }) => namesOf(body, protocol));
    expect(names.sort()).toEqual(['', '', '404', '7', 'a', 'b', 'b', 'b', 'b', 'z']);
    expect(errors).toEqual([]);
  });

  it('a link with ids of another form is dropped and counted, and no receiver sees it', async () => {
    const { provider } = start(protocol);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const spanId = 'b7ad6b7169203331';
    const contexts = [
      { traceId: '1234567890abcdef', spanId },
      { traceId: '123e4567-e89b-12d3-a456-426614174000', spanId },
      { traceId, spanId: '12' },
      { traceId: 7, spanId: undefined },
      { traceId, spanId },
      { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
    ].map((ids) => ({ ...ids, traceFlags: TraceFlags.SAMPLED }) as SpanContext);
    const span = provider
      .getTracer('test')
      .startSpan(
        'linked',
        { links: [...contexts.map((context) => ({ context })), null as unknown as Link] },
        ROOT_CONTEXT,
      );
    span.end();
    const { links, droppedLinksCount } = span as unknown as ReadableSpan;
    await provider.forceFlush();
    expect(links.map(({ context }) => context)).toEqual(contexts.slice(4));
    expect(droppedLinksCount).toBe(5);
    expect(receiver.requests.flatMap(({ body }) => namesOf(body, protocol))).toEqual(['linked']);
    expect(receiver.requests[0]?.body.includes('1234567890abcdef')).toBe(false);
  });
});
