import { runInNewContext } from 'node:vm';
import { type Context, context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SamplingDecision,
  type SamplingResult,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { installRuntime } from '@org/instrument-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instrumentFunction } from '../src/index.ts';
import { settle, useRecording } from './recording.ts';

const recording = useRecording();
const exporter = new InMemorySpanExporter();
let decision = SamplingDecision.RECORD_AND_SAMPLED;
let asked = 0;
const sampler = {
  shouldSample(): SamplingResult {
    asked++;
    return { decision };
  },
};
const provider = new NodeTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] });
let uninstall = (): void => {};

beforeAll(() => provider.register());
afterAll(() => {
  trace.disable();
  context.disable();
});
beforeEach(() => {
  exporter.reset();
  asked = 0;
  decision = SamplingDecision.RECORD_AND_SAMPLED;
  uninstall = installRuntime({ tracing: { enabled: true, parentBased: true } });
});
afterEach(() => uninstall());

function spans(): ReadableSpan[] {
  return exporter.getFinishedSpans();
}

function spanNamed(name: string): ReadableSpan {
  const span = spans().find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span ${name}`);
  return span;
}

describe('a span per call', () => {
  test('carries the name, the function, the labels and the attributes of the call', async () => {
    const price = instrumentFunction(async (currency: string) => currency.length, {
      name: 'orders.price',
      labels: { tier: 'gold' },
      attributes: ([currency], result) => ({ currency, result: result ?? 0 }),
      span: { kind: 'client' },
    });
    await price('EUR');
    const [span] = spans();
    expect(span?.name).toBe('orders.price');
    expect(span?.kind).toBe(SpanKind.CLIENT);
    expect(span?.attributes).toEqual({
      'code.function.name': 'orders.price',
      tier: 'gold',
      currency: 'EUR',
      result: 3,
    });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(recording.current.ended[0]?.spanContext).toEqual(span?.spanContext());
    expect(recording.current.ended[0]?.attributes).toBe(undefined);
  });

  test('of nested calls is a child of the outer one, across awaits and parallel calls', async () => {
    const leaf = instrumentFunction(async (n: number) => {
      await settle();
      return n;
    }, 'leaf');
    const middle = instrumentFunction(async (n: number) => {
      await settle();
      return leaf(n);
    }, 'middle');
    await Promise.all([middle(1), middle(2)]);
    await leaf(3);
    const middles = spans().filter((span) => span.name === 'middle');
    const leaves = spans().filter((span) => span.name === 'leaf');
    const parents = leaves.map((span) => span.parentSpanContext?.spanId).filter((id) => id !== undefined);
    expect(parents.sort()).toEqual(middles.map((span) => span.spanContext().spanId).sort());
    expect(trace.getSpan(context.active())).toBe(undefined);
  });

  test('of an error has the exception, its class and the status ERROR', () => {
    class Refused extends Error {}
    const fails = instrumentFunction(() => {
      throw new Refused('card');
    }, 'refused');
    expect(fails).toThrow('card');
    const [span] = spans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'card' });
    expect(span?.attributes['error.type']).toBe('Refused');
    expect(span?.events.map((event) => event.name)).toEqual(['exception']);
  });

  test('of an error says the causes too, and what was thrown in place of one', () => {
    const thrown = [
      new Error('fetch failed', { cause: new Error('refused') }),
      runInNewContext('new TypeError("card refused")'),
      { code: 'P2002', message: 'not unique' },
      'full',
      { code: 7 },
    ];
    for (const error of thrown) {
      const fails = instrumentFunction(() => {
        throw error;
      }, 'thrown');
      expect(fails).toThrow();
    }
    expect(spans().map(({ status }) => status.message)).toEqual([
      ...['fetch failed: refused', 'card refused', 'not unique', 'full', '{"code":7}'],
    ]);
    const exceptions = spans().map(({ events }) => events[0]?.attributes);
    expect(
      exceptions.map((exception) => [exception?.['exception.type'], exception?.['exception.message']]),
    ).toEqual([
      ['Error', 'fetch failed'],
      ['TypeError', 'card refused'],
      ['P2002', 'not unique'],
      ['string', 'full'],
      ['object', '{"code":7}'],
    ]);
  });

  test('of a result that is an error has the status ERROR and no exception', () => {
    instrumentFunction(() => 503, { name: 'classified', classify: () => 'error' })();
    const [span] = spans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes['error.type']).toBe('Error');
    expect(span?.events).toEqual([]);
  });

  test('of a cancelled call is no error', async () => {
    const work = instrumentFunction(async () => AbortSignal.abort().throwIfAborted(), 'aborted');
    await expect(work()).rejects.toThrow();
    expect(spans()[0]?.status.code).toBe(SpanStatusCode.UNSET);
    expect(spans()[0]?.attributes['instrument.outcome']).toBe('cancelled');
  });

  test('is that of the function, even where it has an apply of its own, or none', () => {
    const odd = Object.assign(() => 'called', { apply: () => 'not this', call: () => 'nor this' });
    const bare = Object.setPrototypeOf(() => 'called', null);
    for (const fn of [odd, bare]) expect(instrumentFunction(fn, 'odd')()).toBe('called');
    expect(spans().map((span) => span.name)).toEqual(['odd', 'odd']);
  });

  test('ends even when the error cannot be looked at', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    const hostile = new Proxy(new Error(), { get: trap, getPrototypeOf: trap });
    const fails = instrumentFunction(() => {
      throw hostile;
    }, 'hostile');
    let caught: unknown;
    try {
      fails();
    } catch (error) {
      caught = error;
    }
    expect(caught === hostile).toBe(true);
    expect(spans()[0]?.status.code).toBe(SpanStatusCode.ERROR);
  });

  test('has no name and is not opened when switched off, and exemplars point at the span around', () => {
    const inner = instrumentFunction(() => 1, { name: 'inner', span: false });
    const outer = instrumentFunction(() => inner(), { name: 'outer', span: { name: 'renamed' } });
    outer();
    expect(spans().map((span) => span.name)).toEqual(['renamed']);
    const [innerCall, outerCall] = recording.current.ended;
    expect(innerCall?.spanContext).toEqual(outerCall?.spanContext);
    expect(innerCall?.spanContext).toEqual(spans()[0]?.spanContext());
  });
});

describe('an unsampled trace', () => {
  test('costs one decision at its root, and no span below', async () => {
    decision = SamplingDecision.NOT_RECORD;
    const leaf = instrumentFunction(() => 1, 'leaf');
    const root = instrumentFunction(async () => {
      await settle();
      return leaf();
    }, 'root');
    await root();
    expect(asked).toBe(1);
    expect(spans()).toEqual([]);
    expect(recording.current.ended.map((call) => call.spanContext)).toEqual([undefined, undefined]);
  });

  test('is asked about again where the sampler does not follow its parent', () => {
    uninstall();
    uninstall = installRuntime({ tracing: { enabled: true, parentBased: false } });
    decision = SamplingDecision.NOT_RECORD;
    const leaf = instrumentFunction(() => 1, 'leaf');
    instrumentFunction(() => leaf(), 'root')();
    expect(asked).toBe(2);
  });
});

describe('steps of a stream', () => {
  const leaf = instrumentFunction(() => 1, 'step');

  test('of a generator run in the context of the call, not of the consumer', () => {
    const generate = instrumentFunction(function* () {
      leaf();
      yield 1;
      leaf();
    }, 'generate');
    const generator = generate();
    const consumer = instrumentFunction(() => [...generator], 'consumer');
    consumer();
    const { spanId } = spanNamed('generate').spanContext();
    const steps = spans().filter((span) => span.name === 'step');
    expect(steps.map((span) => span.parentSpanContext?.spanId)).toEqual([spanId, spanId]);
    expect(spanNamed('generate').parentSpanContext).toBe(undefined);
  });

  test('of an async generator run in the context of the call, after awaits too', async () => {
    const generate = instrumentFunction(async function* () {
      await settle();
      leaf();
      yield 1;
      await settle();
      leaf();
    }, 'generate');
    for await (const _ of generate()) expect(trace.getSpan(context.active())).toBe(undefined);
    const { spanId } = spanNamed('generate').spanContext();
    const steps = spans().filter((span) => span.name === 'step');
    expect(steps.map((span) => span.parentSpanContext?.spanId)).toEqual([spanId, spanId]);
  });

  test('keep the context they were called in where the trace is not sampled', () => {
    decision = SamplingDecision.NOT_RECORD;
    const key = Symbol('tenant');
    const seen: unknown[] = [];
    const generate = instrumentFunction(function* () {
      seen.push(context.active().getValue(key));
      yield 1;
    }, 'generate');
    const called: Context = ROOT_CONTEXT.setValue(key, 'caller');
    const generator = context.with(called, () => generate());
    context.with(ROOT_CONTEXT.setValue(key, 'consumer'), () => [...generator]);
    expect(seen).toEqual(['caller']);
  });
});

test('a lazy thenable starts within the span of its call', async () => {
  const leaf = instrumentFunction(() => 'row', 'leaf');
  const lazy = instrumentFunction(
    // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
    () => ({ then: (ok: (row: string) => void) => ok(leaf()) }),
    'query',
  );
  expect(await lazy()).toBe('row');
  expect(spanNamed('leaf').parentSpanContext?.spanId).toBe(spanNamed('query').spanContext().spanId);
});
