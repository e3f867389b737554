import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineRecorder } from '../../src/pipeline/recorder.ts';
import { createBed, listenToDiag } from './bed.ts';

const VERBS = [
  'recordEvent',
  'recordError',
  'recordRetry',
  'recordCircuitState',
  'recordConnectionState',
  'recordDataVolume',
  'recordDeduplication',
  'recordQueueDepth',
  'recordCache',
] as const satisfies (keyof PipelineRecorder)[];

const trap = new Proxy(
  {},
  {
    get: () => {
      throw new Error('caught');
    },
    ownKeys: () => {
      throw new Error('caught');
    },
  },
);
const EVERYTHING: readonly unknown[] = [
  undefined,
  null,
  0,
  Number.NaN,
  'text',
  Symbol('s'),
  1n,
  [],
  {},
  trap,
  () => 1,
];

let diagnostics: ReturnType<typeof listenToDiag>;
beforeEach(() => {
  diagnostics = listenToDiag();
});
afterEach(() => diagnostics.stop());

describe.each(VERBS)('%s', (verb) => {
  it('takes whatever it is given, and counts what is wrong', () => {
    const { recorder, faults } = createBed();
    const record = recorder[verb] as (given: unknown) => void;
    for (const given of EVERYTHING) expect(record(given)).toBeUndefined();
    (record as () => void)();
    expect(faults()).toBeGreaterThan(EVERYTHING.length / 2);
  });

  it.each([undefined, null, 7, [], () => 1])('says that it takes an object when it is given %s', (given) => {
    const { recorder, faults } = createBed();
    (recorder[verb] as (given: unknown) => void)(given);
    expect(faults()).toBe(1);
    expect(diagnostics.lines.join('\n')).toContain(`${verb} takes an object with `);
    expect(diagnostics.lines.join('\n')).not.toMatch(/destructure|cannot read/i);
  });

  it('takes whatever stands in its fields', () => {
    const { recorder, provider } = createBed();
    const record = recorder[verb] as (given: unknown) => void;
    const good: Record<string, unknown> = {
      ...{
        source: 's',
        domain: 'd',
        entity: 'e',
        durationMillis: 1,
        success: true,
        type: 't',
        component: 'c',
      },
      ...{
        severity: 'error',
        operation: 'o',
        attempt: 1,
        delayMillis: 1,
        reason: 'r',
        circuit: 'c',
        connection: 'c',
      },
      ...{ direction: 'in', bytes: 1, checked: 1, duplicates: 1, queue: 'q', depth: 1, capacity: 1 },
      ...{ result: 'hit', cache: 'c', count: 1, attributes: {} },
      state: verb === 'recordCircuitState' ? 'open' : 'connected',
    };
    for (const key of Object.keys(good)) {
      for (const value of EVERYTHING) record({ ...good, [key]: value });
    }
    for (const { attributes } of provider.snapshot()) {
      for (const value of Object.values(attributes))
        expect(['string', 'number', 'boolean']).toContain(typeof value);
    }
  });
});

describe('what is wrong', () => {
  it('leaves an event without a usable duration out', () => {
    const { recorder, series, faults } = createBed();
    const event = { source: 's', domain: 'd', entity: 'e', success: true };
    for (const durationMillis of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number]) {
      recorder.recordEvent({ ...event, durationMillis });
    }
    expect(series('ingest.events')).toEqual([]);
    expect(faults()).toBe(4);
    expect(diagnostics.lines.join('\n')).toContain('recordEvent, durationMillis,');
    expect(diagnostics.lines.join('\n')).toContain('found -1, expected a finite number');
  });

  it('makes a label that is none unknown, and keeps the event', () => {
    const { recorder, series, faults } = createBed();
    recorder.recordEvent({ domain: 7, entity: null, durationMillis: 1, success: 'yes' } as never);
    expect(series('ingest.events').map(({ attributes }) => attributes)).toEqual([
      { source: 'unknown', domain: 'unknown', entity: 'unknown', success: 'unknown' },
    ]);
    expect(faults()).toBe(4);
  });

  it('cuts labels that are too long to be names', () => {
    const { recorder, series } = createBed();
    const entity = 'x'.repeat(100_000);
    recorder.recordEvent({ source: 's', domain: 'd', entity, durationMillis: 1, success: true });
    expect(series('ingest.events')[0]?.attributes.entity).toHaveLength(256);
  });

  it('takes a severity that is none for an error', () => {
    const { recorder, value, faults } = createBed();
    recorder.recordError({ type: 'T', component: 'c', severity: 'fatal' as never });
    expect(value('ingest.errors', { severity: 'error' })).toBe(1);
    expect(faults()).toBe(1);
  });

  it('lets no attributes become a prototype', () => {
    const { recorder, series } = createBed();
    const attributes = JSON.parse('{"__proto__": {"polluted": true}, "room": "hall"}');
    recorder.recordDataVolume({ direction: 'in', bytes: 1, attributes });
    expect(series('ingest.data.volume').map((each) => each.attributes)).toEqual([
      { room: 'hall', direction: 'in', source: 'unknown' },
    ]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses more duplicates than were checked', () => {
    const { recorder, series, faults } = createBed();
    recorder.recordDeduplication({ checked: 2, duplicates: 3 });
    expect(series('ingest.deduplication.checked')).toEqual([]);
    expect(faults()).toBe(1);
  });

  it('stays within the limit of core however many entities there are', () => {
    const { recorder, series } = createBed();
    const events = 5_000;
    for (let i = 0; i < events; i++) {
      recorder.recordEvent({
        source: 's',
        domain: 'd',
        entity: `device-${i}`,
        durationMillis: 1,
        success: true,
      });
    }
    const counted = series('ingest.events');
    expect(counted).toHaveLength(2_000);
    expect(counted.reduce((sum, { value }) => sum + value, 0)).toBe(events);
  });

  it('survives a listener that throws', () => {
    const { recorder, bus, value } = createBed();
    bus.on('pipeline.error', () => {
      throw new Error('a listener of the user');
    });
    recorder.recordError({ type: 'T', component: 'c' });
    expect(value('ingest.errors')).toBe(1);
  });
});
