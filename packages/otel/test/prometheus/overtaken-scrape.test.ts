import { type Collection, MeterProvider } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createSerializer } from '../../src/prometheus/serializer.ts';
import { parseExposition } from './parse-exposition.ts';

/** Queues that a callback observes, other ones each time, and a serializer that all scrapes share. */
function queues() {
  const provider = new MeterProvider({ cardinalityLimit: 10_000 });
  const collector = provider.addCollector();
  const serializer = createSerializer({ withoutScopeInfo: true, withoutTargetInfo: true });
  let observed: (string | number)[] = [];
  provider
    .getMeter('shop')
    .createObservableGauge('queue')
    .addCallback((result) => {
      for (const name of observed) result.observe(Number.parseInt(`${name}`, 10), { name });
    });
  const collect = (...names: (string | number)[]): Promise<Collection> => {
    observed = names;
    return collector.collect();
  };
  const written = (collection: Collection) =>
    serializer.serialize({ resource: {}, collections: [collection] }, 'openmetrics');
  const begin = (collection: Collection) =>
    serializer.write({ resource: {}, collections: [collection] }, 'prometheus');
  return { collect, written, begin };
}

/** The labels of what is shown. */
function names(text: Buffer | Iterable<Buffer>): (string | undefined)[] {
  const body = Buffer.isBuffer(text) ? text : Buffer.concat([...text]);
  return [...parseExposition(body.toString(), Buffer.isBuffer(text)).samples.values()]
    .filter(({ name }) => name === 'queue')
    .map(({ labels }) => labels.name);
}

describe('a scrape that another one overtakes', () => {
  it('shows its series, each with its labels', async () => {
    const { collect, written, begin } = queues();
    const first = begin(await collect('0', '1', '2'));
    expect(names(written(await collect('3', '4', '5', '6')))).toEqual(['3', '4', '5', '6']);
    expect(names(first)).toEqual(['0', '1', '2']);
  });

  it('shows none without labels of those that are observed while it is written', async () => {
    const { collect, written, begin } = queues();
    const all = Array.from({ length: 9_000 }, (_, i) => `${i} ${'x'.repeat(60)}`);
    const even = all.filter((_, i) => i % 2 === 0);
    // Before, so that the others have their places among the even ones.
    await collect(...all);
    written(await collect(...even));
    const first = begin(await collect(...even));
    const opening: Buffer[] = [];
    while (!Buffer.concat(opening).includes('queue{')) opening.push(first.next().value as Buffer);
    await collect(...all);
    const shown = names([...opening, ...first]);
    expect(shown).not.toContain(undefined);
    expect(shown).toEqual(even);
  });

  it('shows a series whose labels another one has met as those of a later series', async () => {
    const { collect, written, begin } = queues();
    const first = begin(await collect('7'));
    expect(names(written(await collect(7)))).toEqual(['7']);
    expect(names(first)).toEqual(['7']);
  });
});
