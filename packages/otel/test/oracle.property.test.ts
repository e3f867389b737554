import { type Attributes, diag, type Meter, type Observable, ValueType } from '@opentelemetry/api';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource } from '@opentelemetry/resources';
import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  createAllowListAttributesProcessor,
  createDenyListAttributesProcessor,
  MetricReader,
  type ResourceMetrics,
  MeterProvider as SdkMeterProvider,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { MeterProvider, type MetricViewOptions } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregationOptionsOf, createMetricProducer, temporalityOf } from '../src/metric-producer.ts';
import { downscaled, normalised, type OtlpScope } from './oracle/normalise.ts';

/** A program for two meter providers: what is declared, what is recorded, and when which reader collects. */
interface Program {
  readonly readers: readonly AggregationTemporality[];
  readonly views: readonly ViewOptions[];
  readonly instruments: readonly Declaration[];
  readonly steps: readonly Step[];
}

const SYNC_TYPES = ['Counter', 'UpDownCounter', 'Histogram', 'Gauge'] as const;
const OBSERVABLE_TYPES = ['ObservableCounter', 'ObservableUpDownCounter', 'ObservableGauge'] as const;

interface Declaration {
  readonly meter: {
    readonly name: string;
    readonly version: string | undefined;
    readonly schemaUrl: string | undefined;
  };
  readonly type: (typeof SYNC_TYPES)[number] | (typeof OBSERVABLE_TYPES)[number];
  readonly name: string;
  readonly unit: string | undefined;
  readonly description: string | undefined;
  readonly valueType: ValueType | undefined;
  readonly boundaries: number[] | undefined;
  /** Whether an observable is asked through a batch callback. */
  readonly batch: boolean;
}

type Step =
  | {
      readonly do: 'record';
      readonly instrument: number;
      readonly value: number;
      readonly attributes: Attributes | undefined;
      readonly bound: boolean;
    }
  /** One of the series that an observable observes is not observed any more, until it is recorded again. */
  | { readonly do: 'end'; readonly instrument: number; readonly series: number }
  | { readonly do: 'collect'; readonly reader: number };

class PullReader extends MetricReader {
  constructor(temporality: AggregationTemporality) {
    super({ aggregationTemporalitySelector: () => temporality });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

// Multiples of 1/8, so that sums are exact in whatever order they are added.
const finite = fc.integer({ min: -80_000, max: 80_000 }).map((n) => n / 8);
const value = fc.oneof(
  { weight: 20, arbitrary: finite },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
      -0,
      1e300,
      5e-324,
      2 ** -1022,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('7', true, null, undefined, {}) as unknown as fc.Arbitrary<number>,
  },
);
const attributeValue = fc.oneof(
  fc.constantFrom<Attributes[string]>('a', 'b', '', '1', 1, 0, -1.5, true, false),
  fc.constantFrom<Attributes[string]>(['x', 'y'], ['y', 'x'], [], [1, 2], [true], ['x']),
);
/** Objects with the same few keys in any order, so that the same set comes in many shapes. */
const attributes = fc.option(
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('k', 'l', 'm', '0', '__proto__'), attributeValue), {
      selector: ([key]) => key,
      maxLength: 4,
    })
    .map((entries) => Object.fromEntries(entries) as Attributes),
  { nil: undefined },
);
const boundaries = fc.option(fc.uniqueArray(fc.integer({ min: -100, max: 1000 }), { maxLength: 6 }), {
  nil: undefined,
});
const meter = fc.record({
  name: fc.constantFrom('m1', 'm2'),
  version: fc.constantFrom(undefined, '1'),
  schemaUrl: fc.constantFrom(undefined, 'https://example.org/schema'),
});
const declaration = fc.oneof(
  fc.record({
    meter,
    type: fc.constantFrom(...SYNC_TYPES),
    name: fc.constantFrom('s.a', 's.b', 's.c'),
    unit: fc.constantFrom(undefined, 's', 'By'),
    description: fc.constantFrom(undefined, 'short', 'a longer one'),
    valueType: fc.constantFrom(undefined, ValueType.INT, ValueType.DOUBLE),
    boundaries,
    batch: fc.constant(false),
  }),
  fc.record({
    meter,
    type: fc.constantFrom(...OBSERVABLE_TYPES),
    name: fc.constantFrom('o.a', 'o.b'),
    unit: fc.constantFrom(undefined, 's'),
    description: fc.constant(undefined),
    valueType: fc.constantFrom(undefined, ValueType.INT),
    boundaries: fc.constant(undefined),
    batch: fc.boolean(),
  }),
);
const histogramAggregation: fc.Arbitrary<AggregationOption> = fc.oneof(
  fc.record({
    type: fc.constant(AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const),
    options: fc.record({
      boundaries: fc.uniqueArray(fc.integer({ min: -9, max: 500 }), { maxLength: 5 }),
      recordMinMax: fc.boolean(),
    }),
  }),
  fc.record({
    type: fc.constant(AggregationType.EXPONENTIAL_HISTOGRAM as const),
    options: fc.record({ maxSize: fc.constantFrom(2, 4, 20, 160), recordMinMax: fc.boolean() }),
  }),
);
const plainAggregation: fc.Arbitrary<AggregationOption> = fc.constantFrom(
  { type: AggregationType.DEFAULT as const },
  { type: AggregationType.DROP as const },
  { type: AggregationType.SUM as const },
  { type: AggregationType.LAST_VALUE as const },
);
const processors = fc.option(
  fc
    .tuple(fc.boolean(), fc.subarray(['k', 'l', 'm', '0']))
    .map(([allow, keys]) => [
      allow ? createAllowListAttributesProcessor(keys) : createDenyListAttributesProcessor(keys),
    ]),
  { nil: undefined },
);
/** One view per instrument name: the SDK records twice when two views make the same stream, which is not ours to copy. */
const views = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('s.a', 's.b'),
        fc.option(fc.constantFrom('renamed', 's.z'), { nil: undefined }),
        processors,
        fc.oneof(plainAggregation, histogramAggregation),
        fc.option(fc.constant('described'), { nil: undefined }),
      ),
      { selector: ([name]) => name },
    ),
    fc.option(plainAggregation, { nil: undefined }),
  )
  .map(([synchronous, observed]): ViewOptions[] => {
    const list = synchronous.map(
      ([instrumentName, name, attributesProcessors, aggregation, description], i): ViewOptions => ({
        instrumentName,
        aggregation,
        ...(name === undefined ? {} : { name: `${name}${i}` }),
        ...(description === undefined ? {} : { description }),
        ...(attributesProcessors === undefined ? {} : { attributesProcessors }),
      }),
    );
    return observed === undefined
      ? list
      : [...list, { instrumentName: 'o.*', meterName: 'm1', aggregation: observed }];
  });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      instrument: fc.nat(7),
      value,
      attributes,
      bound: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('end' as const), instrument: fc.nat(7), series: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect' as const), reader: fc.nat(1) }) },
);
const program: fc.Arbitrary<Program> = fc
  .record({
    readers: fc.array(fc.constantFrom(AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA), {
      minLength: 1,
      maxLength: 2,
    }),
    views,
    instruments: fc.array(declaration, { minLength: 1, maxLength: 8 }),
    steps: fc
      .array(step, { maxLength: 60 })
      .map((steps) => [
        ...steps,
        { do: 'collect' as const, reader: 0 },
        { do: 'collect' as const, reader: 1 },
      ]),
  })
  .map((generated): Program => {
    // The SDK's attribute processors set the prototype where a key is named __proto__.
    const isProcessed = generated.views.some((view) => view.attributesProcessors !== undefined);
    return isProcessed ? { ...generated, steps: generated.steps.map(withoutPrototypeKey) } : generated;
  });

function withoutPrototypeKey(taken: Step): Step {
  if (taken.do !== 'record' || taken.attributes === undefined) return taken;
  return {
    ...taken,
    attributes: Object.fromEntries(Object.entries(taken.attributes).filter(([key]) => key !== '__proto__')),
  };
}

/** What a side of the comparison must offer. */
interface Side {
  getMeter(name: string, version: string | undefined, options: { schemaUrl?: string }): Meter;
  collect(reader: number): Promise<ResourceMetrics>;
}

function sdkSide({ readers, views }: Program): Side {
  const pulls = readers.map((temporality) => new PullReader(temporality));
  const provider = new SdkMeterProvider({ readers: pulls, views: [...views], resource: emptyResource() });
  return {
    getMeter: (name, version, options) => provider.getMeter(name, version, options),
    collect: async (reader) => (await (pulls[reader] as PullReader).collect()).resourceMetrics,
  };
}

function ourSide({ readers, views }: Program, isEarly: boolean): Side {
  const configuration = { views: views.map(ourView) };
  const provider = isEarly ? new MeterProvider() : new MeterProvider(configuration);
  let producers: ReturnType<typeof createMetricProducer>[] = [];
  const attach = (): void => {
    if (isEarly) provider.configure(configuration);
    producers = readers.map((temporality) =>
      createMetricProducer(
        provider.addCollector({ temporality: temporalityOf(new PullReader(temporality)) }),
        emptyResource(),
      ),
    );
  };
  if (!isEarly) attach();
  return {
    getMeter: (name, version, options) => provider.getMeter(name, version, options),
    collect: async (reader) => {
      if (producers.length === 0) attach();
      return (await (producers[reader] as (typeof producers)[number]).collect()).resourceMetrics;
    },
  };
}

function ourView(view: ViewOptions): MetricViewOptions {
  const { aggregation, attributesProcessors, ...rest } = view;
  return {
    ...(rest as MetricViewOptions),
    ...(aggregation === undefined ? {} : { aggregation: aggregationOptionsOf(aggregation) }),
    ...(attributesProcessors === undefined ? {} : { attributesProcessors }),
  };
}

/** A series of an observable: its value, its attributes, and whether it is observed. */
type Observed = [value: number, attributes: Attributes | undefined, isPresent: boolean];

function present(values: ReadonlyMap<string, Observed>): Observed[] {
  return [...values.values()].filter(([, , isPresent]) => isPresent);
}

/** The SDK goes on exporting an ended series where totals are read, and a gauge that only another reader's question saw. */
function mayEnd({ type }: Declaration, { readers, views }: Program): boolean {
  const isSum =
    type !== 'ObservableGauge' &&
    !views.some(({ aggregation }) => aggregation?.type === AggregationType.LAST_VALUE);
  return isSum && readers.every((temporality) => temporality === AggregationTemporality.DELTA);
}

/** Runs a program on one side; returns what every collection exported, as OTLP JSON. */
async function run(side: Side, program: Program, bind: boolean): Promise<OtlpScope[][]> {
  const { readers, instruments, steps } = program;
  const exported: OtlpScope[][] = [];
  const observed: Map<string, Observed>[] = [];
  const byIdentity = new Map<string, Map<string, Observed>>();
  const made = instruments.map((declared, i) => {
    const owner = side.getMeter(declared.meter.name, declared.meter.version, {
      ...(declared.meter.schemaUrl === undefined ? {} : { schemaUrl: declared.meter.schemaUrl }),
    });
    const options = {
      ...(declared.unit === undefined ? {} : { unit: declared.unit }),
      ...(declared.description === undefined ? {} : { description: declared.description }),
      ...(declared.valueType === undefined ? {} : { valueType: declared.valueType }),
      ...(declared.boundaries === undefined
        ? {}
        : { advice: { explicitBucketBoundaries: declared.boundaries } }),
    };
    const instrument = owner[`create${declared.type}`](declared.name, options);
    // An observable declared twice is asked once: which of two callbacks counts for one attribute set is nobody's rule.
    const identity = JSON.stringify([
      declared.meter,
      declared.type,
      declared.name,
      declared.unit,
      declared.valueType ?? ValueType.DOUBLE,
    ]);
    const known = byIdentity.get(identity);
    const values = known ?? new Map<string, Observed>();
    byIdentity.set(identity, values);
    observed[i] = values;
    if (known === undefined && declared.type.startsWith('Observable')) {
      const observable = instrument as Observable;
      if (declared.batch) {
        owner.addBatchObservableCallback(
          (result) => {
            for (const [v, a] of present(values)) result.observe(observable, v, a);
          },
          [observable],
        );
      } else {
        observable.addCallback((result) => {
          for (const [v, a] of present(values)) result.observe(v, a);
        });
      }
    }
    return instrument;
  });
  for (const current of steps) {
    if (current.do === 'collect') {
      if (current.reader >= readers.length) continue;
      const metrics = await side.collect(current.reader);
      const bytes = JsonMetricsSerializer.serializeRequest(metrics) as Uint8Array;
      exported.push(normalised(JSON.parse(new TextDecoder().decode(bytes))));
      continue;
    }
    const i = current.instrument % made.length;
    const declared = instruments[i] as Declaration;
    if (current.do === 'end') {
      const series = [...(observed[i]?.values() ?? [])][current.series];
      if (series !== undefined && mayEnd(declared, program)) series[2] = false;
      continue;
    }
    if (declared.type.startsWith('Observable')) {
      // Only observations whose differences are exact: the SDK adds differences up, so that it shows rounding, and one
      // infinity for ever; we show what was observed. None below zero where the SDK takes them for zero; we refuse them.
      const isExact =
        typeof current.value === 'number' &&
        Number.isInteger(current.value * 8) &&
        Math.abs(current.value) < 2 ** 40;
      const isAllowed = isExact && (declared.type !== 'ObservableCounter' || current.value >= 0);
      const key = JSON.stringify(Object.entries(current.attributes ?? {}).sort());
      const last = observed[i]?.get(key)?.[0];
      // With two readers the SDK forgets a counter's reset that the other reader's collection saw; no reset then.
      const isReset =
        readers.length > 1 &&
        declared.type === 'ObservableCounter' &&
        last !== undefined &&
        current.value < last;
      if (isAllowed && !isReset) observed[i]?.set(key, [current.value, current.attributes, true]);
      continue;
    }
    const target = made[i] as unknown as Record<string, (...args: unknown[]) => void> & {
      bind?: (a: Attributes) => Record<string, (v: unknown) => void>;
    };
    const verb = declared.type === 'Histogram' || declared.type === 'Gauge' ? 'record' : 'add';
    if (bind && current.bound && target.bind !== undefined)
      target.bind(current.attributes ?? {})[verb]?.(current.value);
    else target[verb]?.(current.value, current.attributes);
  }
  return exported;
}

async function compare(program: Program, isEarly: boolean): Promise<void> {
  const theirs = await run(sdkSide(program), program, false);
  const ours = await run(ourSide(program, isEarly), program, true);
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < ours.length; i++)
    expect(downscaled(ours[i] as OtlpScope[], theirs[i] as OtlpScope[])).toEqual(theirs[i]);
}

describe('our meters, with the OpenTelemetry SDK as oracle', () => {
  diag.disable();

  it('export what the SDK exports, for random programs, views, readers and temporalities', async () => {
    await fc.assert(
      fc.asyncProperty(program, (p) => compare(p, false)),
      { numRuns: 3_000 },
    );
  }, 240_000);

  it('export the same when readers and views come only after the recording', async () => {
    const early = program.map(
      (p): Program => ({
        ...p,
        steps: [
          ...p.steps.filter((s) => s.do === 'record'),
          { do: 'collect', reader: 0 },
          { do: 'collect', reader: 1 },
        ],
      }),
    );
    await fc.assert(
      fc.asyncProperty(early, (p) => compare(p, true)),
      { numRuns: 1_000 },
    );
  }, 240_000);

  it('overflow where the SDK overflows, within one interval', async () => {
    const limited = fc
      .tuple(program, fc.integer({ min: 1, max: 6 }))
      .map(
        ([p, limit]): Program => ({
          ...p,
          views: [{ instrumentName: '*', aggregationCardinalityLimit: limit }],
          instruments: p.instruments.filter((d) => !d.type.startsWith('Observable')),
          steps: [
            ...p.steps.filter((s) => s.do === 'record'),
            { do: 'collect', reader: 0 },
            { do: 'collect', reader: 1 },
          ],
        }),
      )
      .filter((p) => p.instruments.length > 0);
    await fc.assert(
      fc.asyncProperty(limited, (p) => compare(p, false)),
      { numRuns: 1_000 },
    );
  }, 240_000);
});
