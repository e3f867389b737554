import type { Attributes, Counter } from '@opentelemetry/api';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { alternate, type Finding } from './measure.ts';
import { PullReader } from './peers/pull-reader.ts';

const SERIES = [1, 10, 100, 1_000, 10_000, 100_000] as const;
const ATTRIBUTES = [0, 1, 2, 3, 6, 12] as const;
const READERS = [1, 2, 3, 4] as const;
const ROUNDS = 3;
/** Series that the SDK keeps without a view, the overflow series included. */
const DEFAULT_LIMIT = 2_000;

/** One point of a curve. */
interface Point {
  readonly name: string;
  readonly series: number;
  readonly readers: number;
  /** Attributes of recording `i`, in a fresh object. */
  readonly attributes: (i: number) => Attributes;
}

/** How the cost of a counter's `add` grows: with series, with attributes, with readers. */
export async function measureGrowth(report: (finding: Finding) => void): Promise<void> {
  const points: Point[] = [
    ...SERIES.map((series) => ({
      name: `counter add, ${count(series, 'series')}`,
      series,
      readers: 1,
      attributes: threeAttributes(series),
    })),
    ...ATTRIBUTES.map((attributes, i) => ({
      name: `counter add, ${count(attributes, 'attributes')}`,
      series: attributes === 0 ? 1 : 2,
      readers: 1,
      attributes: MAKERS[i] as Point['attributes'],
    })),
    ...READERS.map((readers) => ({
      name: `counter add, ${count(readers, 'readers')}`,
      series: 2,
      readers,
      attributes: threeAttributes(2),
    })),
  ];
  for (const point of points) {
    const [ours = 0, theirs = 0] = await alternate([adding(openOurs, point), adding(openSdk, point)], ROUNDS);
    report({ name: point.name, peer: 'SDK', unit: 'ns', ours, theirs });
  }
}

function openOurs({ series, readers }: Point): Counter {
  const provider = new MeterProvider({ cardinalityLimit: series + 2 });
  for (let i = 0; i < readers; i++) provider.addCollector();
  return provider.getMeter('growth').createCounter('counter');
}

function openSdk({ series, readers }: Point): Counter {
  const provider = new SdkMeterProvider({
    readers: Array.from({ length: readers }, () => new PullReader()),
    // A view lets the readers share one storage, which without it they do not: so only where it is needed.
    views: series < DEFAULT_LIMIT ? [] : [{ instrumentName: '*', aggregationCardinalityLimit: series + 2 }],
  });
  return provider.getMeter('growth').createCounter('counter');
}

/** Adds to one series after the other; each exists already. */
function adding(open: (point: Point) => Counter, point: Point): () => void {
  const counter = open(point);
  const { series, attributes } = point;
  for (let i = 0; i < series; i++) counter.add(1, attributes(i));
  let turn = 0;
  return () => {
    counter.add(1, attributes(turn));
    turn = turn + 1 === series ? 0 : turn + 1;
  };
}

function threeAttributes(series: number): Point['attributes'] {
  const routes = Array.from({ length: series }, (_, i) => `/orders/${i}`);
  return (i) => ({ method: 'GET', route: routes[i] as string, status: 200 });
}

/** As a caller writes them: object literals, whose keys the compiler knows. The first attribute changes. */
const MAKERS: readonly Point['attributes'][] = [
  () => ({}),
  (a) => ({ a }),
  (a) => ({ a, b: 'b' }),
  (a) => ({ a, b: 'b', c: true }),
  (a) => ({ a, b: 'b', c: true, d: 4, e: 'e', f: 'f' }),
  (a) => ({ a, b: 'b', c: true, d: 4, e: 'e', f: 'f', g: 'g', h: 8, i: 'i', j: 'j', k: false, l: 'l' }),
];

function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? what.replace(/rs$/, 'r').replace(/tes$/, 'te') : what}`;
}
