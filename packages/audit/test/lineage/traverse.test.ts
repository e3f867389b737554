import { describe, expect, it } from 'vitest';
import { buildLineage } from '../../src/lineage/build-lineage.ts';
import type { Lineage, LineageGraph, LineageSubject } from '../../src/lineage/lineage.ts';
import { entriesOf, moved, set, shown } from './entries.ts';

const of = (text: string): LineageSubject => ({ dataset: set(text) });

/** A table that is appended to `times` times, each time from a file that was made of another one. */
async function appended(times: number): Promise<Lineage> {
  const contents = Array.from({ length: times }, (_, i) => [
    moved([`raw${i}`], [`file${i}`]),
    moved([`file${i}`], ['table']),
    moved(['table'], [`copy${i}`]),
  ]);
  return buildLineage(entriesOf(contents.flat()));
}

const operationsOf = ({ nodes }: LineageGraph): number[] =>
  nodes.flatMap((node) => (node.kind === 'operation' ? [node.index] : []));

describe('a graph that has no room for all states of a dataset', () => {
  it('has those that were written last, each with the operation that wrote it and what went into that', async () => {
    const lineage = await appended(100);
    const graph = lineage.ancestors(of('table'), { maxNodes: 9 });
    expect(shown(graph)).toEqual([
      'file97<291 → #292',
      '#292 → table<292',
      'file98<294 → #295',
      '#295 → table<295',
      'file99<297 → #298',
      '#298 → table<298',
    ]);
    expect(graph.subjects).toHaveLength(3);
    expect(graph.isTruncated).toBe(true);
  });

  it('has both directions of the newest states, where both were asked for', async () => {
    const lineage = await appended(100);
    expect(operationsOf(lineage.related(of('table'), { maxNodes: 10 }))).toEqual([295, 296, 298, 299]);
    expect(operationsOf(lineage.descendants(of('table'), { maxNodes: 6 }))).toEqual([296, 299]);
  });

  it('is the answer without any options, too', async () => {
    const lineage = await appended(4_000);
    const graph = lineage.ancestors(of('table'));
    expect(graph.nodes).toHaveLength(10_000);
    expect(operationsOf(graph).at(-1)).toBe(3 * 4_000 - 2);
    expect(graph.edges.length).toBeGreaterThan(6_000);
  });
});

describe('a graph that has room', () => {
  it('has all states, and goes on from each of them to the same depth', async () => {
    // Every state but the first was made of the one before, so that operations lead from one to the next.
    const lineage = await buildLineage(
      entriesOf([moved(['seed'], ['a']), moved(['a'], ['table']), moved(['table'], ['table'])]),
    );
    const graph = lineage.ancestors(of('table'), { depth: 1 });
    expect(shown(graph)).toEqual(['a<0 → #1', '#1 → table<1', 'table<1 → #2', '#2 → table<2']);
    expect(graph.isTruncated).toBe(true);
    expect(lineage.ancestors(of('table'), { depth: 2 }).isTruncated).toBe(false);
    const none = lineage.ancestors(of('table'), { depth: 0 });
    expect([none.nodes.length, none.edges.length, none.isTruncated]).toEqual([2, 0, true]);
  });
});
