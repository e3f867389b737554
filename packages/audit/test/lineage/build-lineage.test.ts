import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLineage } from '../../src/lineage/build-lineage.ts';
import type { LineageSubject } from '../../src/lineage/lineage.ts';
import type { EntryContent } from '../../src/operation/entry.ts';
import { entriesOf, moved, set, shown } from './entries.ts';

const of = (text: string): LineageSubject => ({ dataset: set(text) });
const build = (contents: readonly Partial<EntryContent>[]) => buildLineage(entriesOf(contents));

describe('what went into a dataset', () => {
  it('is found through all operations, and what came of it, too', async () => {
    const lineage = await build([
      moved(['raw'], ['clean']),
      moved(['other'], ['unrelated']),
      moved(['clean', 'rates'], ['report']),
      moved(['report'], ['mail']),
    ]);
    expect([lineage.operations, lineage.datasets]).toEqual([4, 7]);
    expect(shown(lineage.ancestors(of('report')))).toEqual([
      'raw → #0',
      '#0 → clean<0',
      'clean<0 → #2',
      'rates → #2',
      '#2 → report<2',
    ]);
    expect(shown(lineage.descendants(of('clean')))).toEqual([
      'clean<0 → #2',
      '#2 → report<2',
      'report<2 → #3',
      '#3 → mail<3',
    ]);
    expect(shown(lineage.ancestors({ entry: 2 }))).toEqual([
      'raw → #0',
      '#0 → clean<0',
      'clean<0 → #2',
      'rates → #2',
    ]);
    expect(shown(lineage.related({ entry: 3 }))).toHaveLength(7);
  });

  it('is the state that was written last before it was read', async () => {
    const lineage = await build([
      moved([], ['table']),
      moved(['table'], ['first']),
      moved([], ['table']),
      moved(['table'], ['second']),
    ]);
    expect(shown(lineage.ancestors(of('first')))).toEqual(['#0 → table<0', 'table<0 → #1', '#1 → first<1']);
    expect(shown(lineage.ancestors(of('second')))).toEqual(['#2 → table<2', 'table<2 → #3', '#3 → second<3']);
    expect(lineage.ancestors(of('table')).subjects).toHaveLength(2);
  });

  it('is a version where one is named, and the latest version where none is', async () => {
    const lineage = await build([
      moved([], ['table@v1']),
      moved([], ['table@v2']),
      moved(['table@v1'], ['old']),
      moved(['table'], ['new']),
      moved(['table@v0'], ['oldest']),
    ]);
    expect(shown(lineage.ancestors(of('old')))).toContain('table@v1<0 → #2');
    expect(shown(lineage.ancestors(of('new')))).toContain('table@v2<1 → #3');
    expect(shown(lineage.ancestors(of('oldest')))).toEqual(['table@v0 → #4', '#4 → oldest<4']);
    expect(shown(lineage.descendants(of('table@v1')))).toEqual(['table@v1<0 → #2', '#2 → old<2']);
  });

  it('may be an earlier state of the same dataset', async () => {
    const lineage = await build([moved(['table'], ['table']), moved(['table'], ['table'])]);
    expect(shown(lineage.ancestors({ entry: 1 }))).toEqual(['table → #0', '#0 → table<0', 'table<0 → #1']);
    expect(lineage.ancestors(of('table')).nodes).toHaveLength(5);
  });

  it('is what the span wrote that produced it', async () => {
    const correlation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const lineage = await build([
      moved([], ['table'], { correlation }),
      moved([], ['table']),
      { action: 'x', inputs: [{ ...set('table'), producedBy: correlation }], outputs: [set('out')] },
    ]);
    expect(shown(lineage.ancestors(of('out')))).toContain('table<0 → #2');
  });

  it('is what the span wrote to this dataset, whatever else it wrote, and newest before the reader', async () => {
    const correlation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const job = (...outputs: string[]) => moved([], outputs, { correlation });
    const read = (name: string, output: string) => ({
      action: 'x',
      inputs: [{ ...set(name), producedBy: correlation }],
      outputs: [set(output)],
    });
    const lineage = await build([
      job('a'),
      job('b'),
      job('part@1'),
      job('part@2', 'a'),
      moved([], ['a', 'b', 'part@9', 'other']),
      read('a', 'of a'),
      read('b', 'of b'),
      read('part', 'of the part'),
      read('part@1', 'of a version'),
      read('other', 'of another'),
      job('a'),
    ]);
    for (const [name, step] of [
      ['of a', 'a<3 → #5'],
      ['of b', 'b<1 → #6'],
      ['of the part', 'part@2<3 → #7'],
      ['of a version', 'part@1<2 → #8'],
      ['of another', 'other<4 → #9'],
    ] as const) {
      expect(shown(lineage.ancestors(of(name)))).toContain(step);
    }
  });

  it('goes round a cycle once', async () => {
    const lineage = await build([moved(['a@1'], ['b@1']), moved(['b@1'], ['c@1']), moved(['c@1'], ['a@1'])]);
    for (const graph of [
      lineage.ancestors(of('a')),
      lineage.descendants(of('b')),
      lineage.related({ entry: 1 }),
    ]) {
      expect(graph.nodes).toHaveLength(6);
      expect(graph.edges).toHaveLength(6);
    }
  });

  it('ends at a depth and at a number of nodes, and says that there is more', async () => {
    const chain = Array.from({ length: 10 }, (_, i) => moved([`d${i}`], [`d${i + 1}`]));
    const lineage = await build(chain);
    const near = lineage.ancestors(of('d10'), { depth: 2 });
    expect(shown(near)).toEqual(['d8<7 → #8', '#8 → d9<8', 'd9<8 → #9', '#9 → d10<9']);
    expect(near.isTruncated).toBe(true);
    expect(shown(lineage.ancestors({ entry: 9 }, { depth: 0 }))).toEqual(['d9<8 → #9']);
    expect(lineage.ancestors(of('d10'), { depth: 10 }).isTruncated).toBe(false);
    const few = lineage.ancestors(of('d10'), { maxNodes: 5 });
    expect([few.nodes.length, few.isTruncated]).toEqual([5, true]);
    expect(shown(few)).toEqual(shown(near));
    expect(lineage.ancestors(of('d10'), { maxNodes: 21 }).isTruncated).toBe(false);
  });

  it('is nothing for what is unknown', async () => {
    const lineage = await build([moved(['a'], ['b']), { action: 'login' }]);
    for (const subject of [of('z'), of('b@1'), { entry: 1 }, { entry: 99 }]) {
      expect(lineage.ancestors(subject)).toEqual({ subjects: [], nodes: [], edges: [], isTruncated: false });
    }
  });

  it('does not include what was denied', async () => {
    const lineage = await build([moved(['a'], ['b'], { outcome: 'denied' }), moved(['b'], ['c'])]);
    expect(shown(lineage.ancestors(of('c')))).toEqual(['b → #1', '#1 → c<1']);
  });
});

describe('any journal', () => {
  const dataset = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('', '', '@1', '@2'));
  const texts = fc.array(
    dataset.map(([name, version]) => name + version),
    { maxLength: 3 },
  );
  const journal = fc.array(fc.tuple(texts, texts), { maxLength: 25 });

  /** Edges between operations and states, from the rules as they are written, without an index. */
  function naiveEdges(
    moves: readonly (readonly [readonly string[], readonly string[]])[],
  ): [string, string][] {
    const edges: [string, string][] = [];
    const latest = new Map<string, string>();
    const written = new Map<string, number>();
    const stateOf = (text: string): string => {
      const [name = ''] = text.split('@');
      if (text.includes('@')) return text;
      return latest.get(name) ?? name;
    };
    for (const [i, [inputs, outputs]] of moves.entries()) {
      // A dataset named without its version is the version that the same list names.
      const named = (list: readonly string[], text: string) =>
        text.includes('@') ? undefined : list.findLast((each) => each.startsWith(`${text}@`));
      for (const text of inputs) {
        if (named(inputs, text) === undefined) edges.push([stateOf(text), `#${i}`]);
      }
      for (const text of outputs) {
        const [name = ''] = text.split('@');
        if (named(outputs, text) !== undefined) continue;
        const state = text.includes('@') ? text : `${name}<${i}`;
        if (!written.has(state)) written.set(state, i);
        latest.set(name, state);
        edges.push([`#${i}`, state]);
      }
    }
    const full = (state: string): string =>
      state.includes('@') && written.has(state) ? `${state}<${written.get(state)}` : state;
    return [...new Set(edges.map(([from, to]) => `${full(from)} → ${full(to)}`))].map(
      (edge) => edge.split(' → ') as [string, string],
    );
  }

  /** Edges that lead to a node, in any number of steps. */
  function closure(edges: readonly [string, string][], roots: readonly string[]): string[] {
    const known = new Set(roots);
    for (let size = -1; size < known.size; ) {
      size = known.size;
      for (const [from, to] of edges) if (known.has(to)) known.add(from);
    }
    return edges.filter(([, to]) => known.has(to)).map((edge) => edge.join(' → '));
  }

  it('has the ancestors and descendants that following every edge by hand gives', async () => {
    await fc.assert(
      fc.asyncProperty(journal, async (moves) => {
        // Lists that name a dataset both with and without versions are told apart in tests of their own.
        const plain = moves.map(([inputs, outputs]): [string[], string[]] => [once(inputs), once(outputs)]);
        const lineage = await build(plain.map(([inputs, outputs]) => moved(inputs, outputs)));
        const edges = naiveEdges(plain);
        for (const [i, [inputs, outputs]] of plain.entries()) {
          if (inputs.length + outputs.length === 0) continue;
          const up = lineage.ancestors({ entry: i });
          expect(shown(up).sort()).toEqual(closure(edges, [`#${i}`]).sort());
          const reversed = edges.map(([from, to]): [string, string] => [to, from]);
          const down = shown(lineage.descendants({ entry: i })).map((edge) =>
            edge.split(' → ').reverse().join(' → '),
          );
          expect(down.sort()).toEqual(closure(reversed, [`#${i}`]).sort());
          expect(lineage.ancestors({ entry: i })).toEqual(up);
        }
      }),
      { numRuns: 200 },
    );
  });

  function once(texts: readonly string[]): string[] {
    const names = new Set<string>();
    return texts.filter((text) => {
      const [name = ''] = text.split('@');
      return !names.has(name) && names.add(name);
    });
  }
});

describe('a malformed question', () => {
  it('is refused with all that is wrong', async () => {
    const lineage = await build([]);
    const wrong = { dataset: { namespace: 'x' } } as unknown as LineageSubject;
    expect(() => lineage.ancestors(wrong, { depth: -1, maxNodes: 0 })).toThrow(
      /subject.*options\.depth.*options\.maxNodes/s,
    );
    for (const subject of [null, 7, {}, { entry: -1 }, { entry: 1.5 }, { entry: 1, dataset: set('a') }]) {
      expect(() => lineage.descendants(subject as LineageSubject)).toThrow('subject');
    }
  });
});
