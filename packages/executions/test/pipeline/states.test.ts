import { type CircuitState, monotonicMillis } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import type { CircuitChangedEvent, ConnectionChangedEvent } from '../../src/pipeline/events.ts';
import { MAX_TRACKED } from '../../src/pipeline/tracked.ts';
import { createBed } from './bed.ts';

describe('what is kept', () => {
  it('is one thing where it has one series, whatever its attributes are besides', () => {
    const { recorder, value, faults } = createBed();
    recorder.recordCircuitState({ circuit: 'writer', state: 'open' });
    recorder.recordCircuitState({ circuit: 'writer', state: 'closed', attributes: {} });
    expect(value('ingest.circuit.state', { state: 'open' })).toBe(0);
    expect(value('ingest.circuit.transitions', { from: 'open', to: 'closed' })).toBe(1);
    const cyclic: Record<string, unknown> = { none: undefined, queue: 'another', big: 10n };
    cyclic.itself = cyclic;
    recorder.recordQueueDepth({ queue: 'q', depth: 3 });
    recorder.recordQueueDepth({ queue: 'q', depth: 5, attributes: cyclic as never });
    expect(value('ingest.queue.depth')).toBe(5);
    recorder.recordQueueDepth({ queue: 'q', depth: 7 });
    expect(value('ingest.queue.depth')).toBe(7);
    expect(faults()).toBe(0);
  });

  it('is one thing for each list of attributes, holes in it included', () => {
    const { recorder, series } = createBed();
    const sites = [['a', null], ['a', undefined], ['b', null], [Number.NaN], [Number.POSITIVE_INFINITY]];
    for (const [depth, site] of sites.entries())
      recorder.recordQueueDepth({ queue: 'q', depth, attributes: { site: site as (string | null)[] } });
    expect(series('ingest.queue.depth').map(({ value }) => value)).toEqual([1, 2, 3, 4]);
  });

  it('makes room by what has been at rest for longest: a queue, since it became empty', () => {
    const { recorder, value } = createBed();
    recorder.recordQueueDepth({ queue: 'main', depth: 1 });
    for (let i = 1; i < MAX_TRACKED; i++) recorder.recordQueueDepth({ queue: `q${i}`, depth: 0 });
    recorder.recordQueueDepth({ queue: 'main', depth: 0 });
    recorder.recordQueueDepth({ queue: 'new', depth: 0 });
    expect(value('ingest.queue.depth', { queue: 'main' })).toBe(0);
    expect(value('ingest.queue.depth', { queue: 'q1' })).toBeUndefined();
  });
});

describe('recordCircuitState', () => {
  it('shows one state as 1 and the others as 0, at every collection', async () => {
    const { recorder, value, provider } = createBed();
    recorder.recordCircuitState({ circuit: 'writer', state: 'open' });
    const states = (): unknown =>
      Object.fromEntries(
        ['closed', 'half-open', 'open'].map((state) => [state, value('ingest.circuit.state', { state })]),
      );
    expect(states()).toEqual({ closed: 0, 'half-open': 0, open: 1 });
    recorder.recordCircuitState({ circuit: 'writer', state: 'half-open' });
    expect(states()).toEqual({ closed: 0, 'half-open': 1, open: 0 });
    const collector = provider.addCollector();
    for (let round = 0; round < 2; round++) {
      const { scopes } = await collector.collect();
      const metric = scopes
        .flatMap(({ metrics }) => metrics)
        .find(({ descriptor }) => descriptor.name === `${recorder.name}.circuit.state`);
      expect(metric?.points().map(({ value: point }) => point)).toEqual([0, 1, 0]);
    }
  });

  it('counts and publishes changes only; a breaker never heard of was closed', () => {
    const { recorder, value, series, bus } = createBed();
    const heard: CircuitChangedEvent[] = [];
    bus.on('pipeline.circuit.changed', (event) => heard.push(event));
    const tell = (state: CircuitState, reason?: string): void =>
      recorder.recordCircuitState({ circuit: 'writer', state, reason });
    tell('closed');
    expect(heard).toEqual([]);
    tell('open', 'five failures');
    tell('open');
    tell('half-open');
    tell('closed');
    expect(heard).toMatchObject([
      { pipeline: recorder.name, circuit: 'writer', from: 'closed', to: 'open', reason: 'five failures' },
      { from: 'open', to: 'half-open', reason: undefined },
      { from: 'half-open', to: 'closed' },
    ]);
    expect(series('ingest.circuit.transitions')).toHaveLength(3);
    expect(value('ingest.circuit.transitions', { from: 'closed', to: 'open', circuit: 'writer' })).toBe(1);
  });

  it.each([
    ['halfOpen', 'half-open'],
    ['HALF_OPEN', 'half-open'],
    ['OPEN', 'open'],
    ['isolated', 'open'],
    ['forced-open', 'open'],
  ])('understands %s', (written, state) => {
    const { recorder, value, faults } = createBed();
    recorder.recordCircuitState({ circuit: 'c', state: written as CircuitState });
    expect(value('ingest.circuit.state', { state })).toBe(1);
    expect(faults()).toBe(0);
  });

  it('leaves the state as it was when it is told one that is none', () => {
    const { recorder, value, faults } = createBed();
    recorder.recordCircuitState({ circuit: 'c', state: 'open' });
    recorder.recordCircuitState({ circuit: 'c', state: 'ajar' as CircuitState });
    expect(value('ingest.circuit.state', { state: 'open' })).toBe(1);
    expect(faults()).toBe(1);
  });

  it('keeps a bounded number; those that are closed make room, those that are open do not', () => {
    const { recorder, series, value, faults } = createBed();
    for (let i = 0; i < MAX_TRACKED; i++)
      recorder.recordCircuitState({ circuit: `open-${i}`, state: 'open' });
    recorder.recordCircuitState({ circuit: 'late', state: 'open' });
    expect(faults()).toBe(1);
    expect(value('ingest.circuit.state', { circuit: 'late', state: 'open' })).toBeUndefined();
    recorder.recordCircuitState({ circuit: 'open-7', state: 'closed' });
    recorder.recordCircuitState({ circuit: 'late', state: 'open' });
    expect(value('ingest.circuit.state', { circuit: 'late', state: 'open' })).toBe(1);
    expect(value('ingest.circuit.state', { circuit: 'open-7', state: 'closed' })).toBeUndefined();
    expect(series('ingest.circuit.state')).toHaveLength(MAX_TRACKED * 3);
    expect(
      series('ingest.circuit.state').some(({ attributes }) => 'otel.metric.overflow' in attributes),
    ).toBe(false);
  });
});

describe('recordConnectionState', () => {
  it('counts reconnects from the second time on, and shows the uptime', () => {
    const { recorder, value } = createBed();
    const tell = (state: 'connected' | 'connecting' | 'reconnecting' | 'disconnected'): void =>
      recorder.recordConnectionState({ connection: 'broker', state });
    tell('connecting');
    const before = monotonicMillis();
    tell('connected');
    expect(value('ingest.connection.reconnects')).toBe(0);
    while (monotonicMillis() - before < 3);
    const uptime = value('ingest.connection.uptime') ?? 0;
    expect(uptime).toBeGreaterThan(0.002);
    expect(uptime).toBeLessThanOrEqual((monotonicMillis() - before) / 1_000);
    tell('reconnecting');
    expect(value('ingest.connection.uptime')).toBe(0);
    tell('connected');
    tell('disconnected');
    tell('connected');
    expect(value('ingest.connection.reconnects')).toBe(2);
    expect(value('ingest.connection.state', { state: 'connected' })).toBe(1);
    expect(value('ingest.connection.state', { state: 'disconnected' })).toBe(0);
  });

  it('publishes changes', () => {
    const { recorder, bus } = createBed({ labels: { site: 'north' } });
    const heard: ConnectionChangedEvent[] = [];
    bus.on('pipeline.*', (event) => heard.push(event as ConnectionChangedEvent));
    const attributes = { tls: true };
    recorder.recordConnectionState({ connection: 'broker', state: 'disconnected', attributes });
    recorder.recordConnectionState({ connection: 'broker', state: 'disconnected' });
    recorder.recordConnectionState({ connection: 'broker', state: 'connected', attributes });
    recorder.recordConnectionState({ connection: 'broker', state: 'connected', reason: 'told again' });
    expect(heard).toMatchObject([
      { connection: 'broker', from: 'connected', to: 'disconnected', labels: { site: 'north', tls: true } },
      { from: 'connected', to: 'disconnected', labels: { site: 'north' } },
      { from: 'disconnected', to: 'connected', labels: { site: 'north', tls: true } },
      { from: 'disconnected', to: 'connected', labels: { site: 'north' } },
    ]);
  });

  it.each(['connected', 'connecting'] as const)('takes %s, told first, for no change', (state) => {
    const { recorder, bus, series, value } = createBed();
    const heard: unknown[] = [];
    bus.on('pipeline.*', (event) => heard.push(event));
    recorder.recordConnectionState({ connection: 'broker', state });
    recorder.recordConnectionState({ connection: 'broker', state });
    expect(heard).toEqual([]);
    expect(series('ingest.connection.transitions')).toEqual([]);
    expect(value('ingest.connection.state', { state })).toBe(1);
    recorder.recordConnectionState({ connection: 'broker', state: 'disconnected' });
    expect(heard).toMatchObject([{ from: state, to: 'disconnected' }]);
    expect(value('ingest.connection.transitions', { from: state, to: 'disconnected' })).toBe(1);
  });

  it.each(['disconnected', 'reconnecting'] as const)('tells %s, told first, as a change', (state) => {
    const { recorder, bus, value } = createBed();
    const heard: unknown[] = [];
    bus.on('pipeline.*', (event) => heard.push(event));
    recorder.recordConnectionState({ connection: 'broker', state });
    expect(heard).toMatchObject([{ from: 'connected', to: state }]);
    expect(value('ingest.connection.transitions', { from: 'connected', to: state })).toBe(1);
  });
});
