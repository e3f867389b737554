import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { EventBus, InstrumentError, installRuntime, MeterProvider } from '@org/instrument-core';
import { afterEach, describe, expect, it } from 'vitest';
import { createPipelineRecorder } from '../../src/pipeline/create-recorder.ts';
import { pipeline } from '../../src/pipeline/default-recorder.ts';
import type { PipelineErrorEvent } from '../../src/pipeline/events.ts';
import type { PipelineRecorderOptions } from '../../src/pipeline/recorder.ts';
import { createBed } from './bed.ts';

const EVENT = { source: 's', domain: 'd', entity: 'e', durationMillis: 1, success: true };

afterEach(() => context.disable());

/** Installs a context manager, as tracing does. */
function useContext(): void {
  const storage = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, fn, thisArg, ...args) => storage.run(active, () => fn.apply(thisArg as never, args)),
    bind: (_, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
}

describe('createPipelineRecorder', () => {
  it('reports all that is wrong at once', () => {
    const create = (): unknown =>
      createPipelineRecorder('1st', {
        labels: { source: 'x', nested: {} as never },
        buckets: [2, 1],
        meterProvider: {} as never,
        event: new EventBus(),
      } as never);
    expect(create).toThrow(InstrumentError);
    try {
      create();
    } catch (error) {
      const { code, problems } = error as InstrumentError;
      expect(code).toBe('INSTRUMENT_INVALID_ARGUMENT');
      expect(problems.map(({ path }) => path)).toEqual([
        'event',
        'name',
        'labels.source',
        'labels.nested',
        'buckets',
        'meterProvider',
      ]);
      expect(problems[0]?.fix).toContain('events');
    }
  });

  it.each([undefined, '', ' ', 'a b', '.x', `a${'b'.repeat(230)}`, 7])('refuses the name %s', (name) => {
    expect(() => createPipelineRecorder(name as string)).toThrow('INSTRUMENT_INVALID_ARGUMENT');
  });

  it('puts labels on every series, before those of the record', () => {
    const { recorder, provider } = createBed({ labels: { site: 'north', floor: 2 } });
    recorder.recordEvent(EVENT);
    recorder.recordEvent({ ...EVENT, attributes: { floor: 3 } });
    recorder.recordError({ type: 'T', component: 'c' });
    recorder.recordRetry({ operation: 'o', attempt: 1, delayMillis: 1 });
    recorder.recordCircuitState({ circuit: 'c', state: 'open' });
    recorder.recordConnectionState({ connection: 'c', state: 'disconnected' });
    recorder.recordConnectionState({ connection: 'c', state: 'connected' });
    recorder.recordDataVolume({ direction: 'in', bytes: 1 });
    recorder.recordDeduplication({ duplicates: 0 });
    recorder.recordQueueDepth({ queue: 'q', depth: 1, capacity: 2 });
    recorder.recordCache('hit');
    const own = provider.snapshot().filter(({ name }) => name.startsWith(`${recorder.name}.`));
    expect(new Set(own.map(({ name }) => name.slice(recorder.name.length + 1)))).toEqual(
      new Set(
        'event.duration events errors retries retry.attempt retry.delay circuit.state circuit.transitions connection.state connection.transitions connection.reconnects connection.uptime data.volume deduplication.checked deduplication.duplicates queue.depth queue.capacity queue.utilization cache.requests'.split(
          ' ',
        ),
      ),
    );
    for (const { attributes } of own) {
      expect(attributes.site).toBe('north');
      expect([2, 3]).toContain(attributes.floor);
    }
  });

  it('is the same recorder for the same name and labels, so that one circuit has one state', () => {
    const meterProvider = new MeterProvider({});
    const events = new EventBus();
    const make = (labels?: Record<string, string>, bus = events) =>
      createPipelineRecorder('same', {
        meterProvider,
        events: bus,
        ...(labels === undefined ? {} : { labels }),
      });
    expect(make({ a: '1', b: '2' })).toBe(make({ b: '2', a: '1' }));
    expect(make()).toBe(make({}));
    expect(make()).not.toBe(make({ a: '1' }));
    expect(make()).not.toBe(make({}, new EventBus()));
  });

  it('takes labels as executions do: lists, and none for what has no value', () => {
    const { recorder, series } = createBed({
      labels: { zones: ['a', 'b'], site: undefined, floor: null, ['__proto__']: ['x'] },
    });
    recorder.recordCache('hit');
    recorder.recordQueueDepth({ queue: 'q', depth: 1 });
    expect(series('ingest.cache.requests').map(({ attributes }) => attributes)).toEqual([
      { zones: ['a', 'b'], cache: 'default', result: 'hit' },
    ]);
    expect(series('ingest.queue.depth').map(({ attributes }) => attributes)).toEqual([
      { zones: ['a', 'b'], queue: 'q' },
    ]);
  });

  it('tells numbers apart that JSON has no word for', () => {
    const options = { meterProvider: new MeterProvider({}), events: new EventBus() };
    const make = (limit: number) => createPipelineRecorder('numbers', { ...options, labels: { limit } });
    expect(make(Number.NaN)).toBe(make(Number.NaN));
    expect(make(Number.NaN)).not.toBe(make(Number.POSITIVE_INFINITY));
  });

  it('takes options that may be undefined', () => {
    const unset: PipelineRecorderOptions = {
      ...{ labels: undefined, buckets: undefined, meterProvider: undefined, events: undefined },
    };
    expect(createPipelineRecorder('unset', unset)).toBe(createPipelineRecorder('unset'));
  });

  it('takes bounds of its own for durations', () => {
    const { recorder, provider } = createBed({ buckets: [1, 60] });
    recorder.recordEvent({ ...EVENT, durationMillis: 30_000 });
    const storage = provider
      .getMeter('@org/instrument-executions')
      .storages.find(({ descriptor }) => descriptor.name === `${recorder.name}.event.duration`);
    expect(storage?.advice.explicitBucketBoundaries).toEqual([1, 60]);
  });

  it('makes nothing before it is used', () => {
    const { recorder, provider } = createBed();
    expect(provider.getMeter('@org/instrument-executions').storages).toEqual([]);
    recorder.recordCache('hit');
    expect(provider.getMeter('@org/instrument-executions').storages).toHaveLength(1);
  });

  it('has a ready one', () => {
    expect(pipeline.name).toBe('pipeline');
  });
});

describe('events', () => {
  it('tells of errors with what they say, and the trace that was active', () => {
    const { recorder, bus } = createBed({ labels: { site: 'north' } });
    const heard: PipelineErrorEvent[] = [];
    bus.on('pipeline.error', (event) => heard.push(event));
    const span = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags: TraceFlags.SAMPLED,
    };
    useContext();
    const before = Date.now();
    context.with(trace.setSpanContext(ROOT_CONTEXT, span), () =>
      recorder.recordError({
        error: new TypeError('outer', { cause: new Error('inner') }),
        component: 'parser',
        severity: 'warning',
        attributes: { topic: 'home' },
      }),
    );
    expect(heard).toEqual([
      {
        pipeline: recorder.name,
        type: 'TypeError',
        component: 'parser',
        severity: 'warning',
        reason: 'outer: inner',
        labels: { site: 'north', topic: 'home' },
        timestampMillis: expect.any(Number),
        traceId: span.traceId,
        spanId: span.spanId,
      },
    ]);
    expect(heard[0]?.timestampMillis).toBeGreaterThanOrEqual(before);
  });

  it('are not made where nobody hears them', () => {
    const { recorder, bus } = createBed();
    recorder.recordError({ error: new Error('x'), component: 'c' });
    recorder.recordCircuitState({ circuit: 'c', state: 'open' });
    recorder.recordConnectionState({ connection: 'c', state: 'connected' });
    expect(bus.statistics().emitted).toBe(0);
  });
});

describe('while the runtime is disabled', () => {
  it('nothing is recorded, and nothing published', () => {
    const { recorder, provider, bus } = createBed();
    bus.on('*', () => {});
    const restore = installRuntime({ disabled: true });
    try {
      recorder.recordEvent(EVENT);
      recorder.recordError({ type: 'T', component: 'c' });
      recorder.recordCircuitState({ circuit: 'c', state: 'open' });
      recorder.recordQueueDepth({ queue: 'q', depth: 1 });
      recorder.recordCache('hit');
    } finally {
      restore();
    }
    expect(provider.getMeter('@org/instrument-executions').storages).toEqual([]);
    expect(bus.statistics().emitted).toBe(0);
    recorder.recordEvent(EVENT);
    expect(provider.getMeter('@org/instrument-executions').storages).toHaveLength(1);
  });
});
