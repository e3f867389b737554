import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLineage } from '../../src/lineage/build-lineage.ts';
import type { LineageSubject } from '../../src/lineage/lineage.ts';
import type { AuditEntry, EntryContent } from '../../src/operation/entry.ts';
import type { SpanReference } from '../../src/operation/operation.ts';
import { entriesOf, label, moved, set, shown } from './entries.ts';

const of = (text: string): LineageSubject => ({ dataset: set(text) });
const build = (contents: readonly Partial<EntryContent>[]) => buildLineage(entriesOf(contents));

const started = (more: Partial<EntryContent>): Partial<EntryContent> => ({ phase: 'started', ...more });
const ended = (at: number, more: Partial<EntryContent>): Partial<EntryContent> => ({
  phase: 'ended',
  started: at,
  outcome: 'success',
  ...more,
});

describe('both entries of an operation', () => {
  const started = (more: Partial<EntryContent>): Partial<EntryContent> => ({ phase: 'started', ...more });
  const ended = (at: number, more: Partial<EntryContent>): Partial<EntryContent> => ({
    phase: 'ended',
    started: at,
    outcome: 'success',
    ...more,
  });

  it('are one operation, found by either', async () => {
    const lineage = await build([
      started({ action: 'etl', inputs: [set('raw')] }),
      ended(0, { action: 'etl', inputs: [set('raw')], outputs: [set('clean')] }),
    ]);
    const graph = lineage.related({ entry: 1 });
    expect(graph).toEqual(lineage.related({ entry: 0 }));
    expect(graph.nodes.map(label)).toEqual(['raw', '#0', 'clean<1']);
    expect(graph.nodes[1]).toMatchObject({ index: 0, endIndex: 1, action: 'etl', outcome: 'success' });
  });

  it('tell when it read and wrote', async () => {
    const lineage = await build([
      started({ action: 'outer', inputs: [set('early')] }),
      moved([], ['early']),
      moved([], ['late']),
      ended(0, { action: 'outer', inputs: [set('early'), set('late')], outputs: [set('out')] }),
    ]);
    expect(shown(lineage.ancestors(of('out')))).toEqual([
      'early → #0',
      'late<2 → #0',
      '#0 → out<3',
      '#2 → late<2',
    ]);
    expect(lineage.ancestors(of('out')).nodes.map(label)).toEqual(['early', 'late<2', '#0', 'out<3', '#2']);
  });

  it('may name a dataset first, and its version afterwards', async () => {
    const lineage = await build([
      started({ inputs: [set('in')], outputs: [set('out')] }),
      ended(0, { inputs: [set('in@7')], outputs: [set('out@8')] }),
      moved(['out@8'], ['end']),
    ]);
    expect(shown(lineage.ancestors(of('end')))).toEqual([
      'in@7 → #0',
      '#0 → out@8<0',
      'out@8<0 → #2',
      '#2 → end<2',
    ]);
  });

  it('may be apart: one that never ended, and one that began before the part that was read', async () => {
    const never = await build([started({ outputs: [set('out')] })]);
    expect(never.ancestors(of('out')).nodes[0]).toMatchObject({ index: 0, outcome: undefined });
    const [, end] = entriesOf([started({}), ended(0, { outputs: [set('out')] })]);
    const part = await buildLineage(end === undefined ? [] : [end]);
    expect(part.related({ entry: 1 }).nodes.map(label)).toEqual(['#0', 'out<1']);
  });
});

describe('an operation that was denied when it ended', () => {
  const denied = (at: number, more: Partial<EntryContent> = {}) => ended(at, { outcome: 'denied', ...more });

  it('has not written what its start names: the producer is who wrote it before', async () => {
    const lineage = await build([
      moved(['in'], ['report']),
      started(moved(['in'], ['report'])),
      denied(1, moved(['in'], ['report'])),
      moved(['report'], ['final']),
    ]);
    expect(shown(lineage.ancestors(of('final')))).toEqual([
      'in → #0',
      '#0 → report<0',
      'report<0 → #3',
      '#3 → final<3',
    ]);
    expect([lineage.operations, lineage.datasets]).toEqual([2, 3]);
    for (const entry of [1, 2]) expect(lineage.related({ entry }).nodes).toEqual([]);
    expect(lineage.ancestors(of('report')).subjects).toHaveLength(1);
  });

  it('leaves nothing of a dataset that only it names, nor of one that had no producer', async () => {
    const lineage = await build([
      started(moved(['never'], ['ghost', 'table@1'])),
      denied(0),
      moved(['table'], ['out']),
    ]);
    expect(lineage.related(of('ghost')).subjects).toEqual([]);
    expect(lineage.related(of('never')).subjects).toEqual([]);
    expect(shown(lineage.ancestors(of('out')))).toEqual(['table → #2', '#2 → out<2']);
    expect([lineage.operations, lineage.datasets]).toEqual([1, 2]);
  });

  it('has not been read by those who came while it ran', async () => {
    const lineage = await build([
      moved([], ['table']),
      started(moved([], ['table'])),
      started(moved([], ['table@7'])),
      moved(['table'], ['between']),
      denied(1),
      moved(['table'], ['later']),
      denied(2),
      moved(['table'], ['last']),
    ]);
    for (const name of ['between', 'later', 'last']) {
      expect(shown(lineage.ancestors(of(name))).slice(0, 2)).toEqual([
        '#0 → table<0',
        expect.stringContaining('table<0 → #'),
      ]);
    }
  });

  it('changes nothing for who wrote the same meanwhile', async () => {
    const lineage = await build([
      started(moved([], ['table', 'part@1'])),
      moved([], ['table', 'part@1']),
      denied(0),
      moved(['table', 'part'], ['out']),
    ]);
    expect(shown(lineage.ancestors(of('out')))).toEqual([
      '#1 → table<1',
      '#1 → part@1<1',
      'table<1 → #3',
      'part@1<1 → #3',
      '#3 → out<3',
    ]);
  });
});

describe('an operation that writes what it reads', () => {
  it('has read what was there before, also where only its end says that it read', async () => {
    const lineage = await build([
      moved(['raw'], ['facts']),
      started(moved([], ['facts', 'own'])),
      ended(1, moved(['facts', 'own'], ['facts', 'own'])),
    ]);
    expect(shown(lineage.ancestors({ entry: 1 }))).toEqual([
      'raw → #0',
      '#0 → facts<0',
      'facts<0 → #1',
      'own → #1',
    ]);
    expect(shown(lineage.descendants({ entry: 1 }))).toEqual(['#1 → facts<1', '#1 → own<1']);
  });

  it('has read what another one wrote meanwhile', async () => {
    const lineage = await build([
      started(moved([], ['facts'])),
      moved([], ['facts']),
      ended(0, moved(['facts'], ['facts'])),
      moved(['facts'], ['out']),
    ]);
    expect(shown(lineage.ancestors({ entry: 0 }))).toEqual(['facts<1 → #0', '#1 → facts<1']);
    expect(shown(lineage.ancestors(of('out')))).toContain('facts<0 → #3');
  });
});

describe('a version that is written again', () => {
  it('is the only state that is written, and is what was read meanwhile', async () => {
    const lineage = await build([
      started(moved([], ['part'])),
      ended(0, moved([], ['part@25'])),
      started(moved([], ['part'])),
      moved(['part'], ['out']),
      ended(2, moved([], ['part@25'])),
    ]);
    expect(shown(lineage.related(of('part')))).toEqual([
      '#0 → part@25<0',
      'part@25<0 → #3',
      '#2 → part@25<0',
      '#3 → out<3',
    ]);
    expect(lineage.related(of('part')).subjects).toHaveLength(1);
    expect(lineage.datasets).toBe(2);
  });

  it('takes the place of the latest version, which the start was taken to have read', async () => {
    const lineage = await build([
      moved([], ['in@6']),
      moved([], ['in@7']),
      started(moved(['in'], [])),
      ended(2, moved(['in@6'], ['out'])),
    ]);
    expect(shown(lineage.ancestors(of('out')))).toEqual(['#0 → in@6<0', 'in@6<0 → #2', '#2 → out<3']);
  });
});

it('tens of thousands of datasets of one entry, each named twice and with a producer, are taken in', async () => {
  const names = Array.from({ length: 50_000 }, (_, i) => `d${i}`);
  const correlation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const produced = names.map((name) => ({ ...set(name), producedBy: correlation }));
  const contents = [
    { action: 'write', outputs: names.map(set), correlation },
    { action: 'read', inputs: [...produced, ...names.map((name) => set(`${name}@1`)), ...names.map(set)] },
  ];
  const lineage = await build(contents);
  expect(lineage.ancestors({ entry: 1 }, { maxNodes: 100_000 }).nodes).toHaveLength(50_001);
});

it('tens of thousands of operations of one span are told apart', async () => {
  const correlation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const names = Array.from({ length: 30_000 }, (_, i) => `d${i}`);
  const lineage = await build([
    ...names.map((name) => moved([], [name, 'log'], { correlation })),
    moved([], names),
    ...names.map((name) => ({ action: 'read', inputs: [{ ...set(name), producedBy: correlation }] })),
    { action: 'read', inputs: [{ ...set('log'), producedBy: correlation }] },
  ]);
  const readers = (name: string) => shown(lineage.descendants(of(name)));
  expect(readers('d7')).toContain('d7<7 → #30008');
  expect(readers('d29999')).toContain('d29999<29999 → #60000');
  expect(readers('log')).toEqual(expect.arrayContaining(['log<29999 → #60001']));
});

describe('any journal of operations that start, end, and are denied', () => {
  const dataset = fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('', '', '@1', '@2'))
    .map(([name, version]) => name + version);
  const texts = fc.array(dataset, { maxLength: 3 });
  const spans = ['a', 'b'].map((letter) => ({ traceId: 'f'.repeat(32), spanId: letter.repeat(16) }));
  const span = fc.constantFrom(undefined, ...spans);
  const step = fc.record({
    does: fc.constantFrom('start', 'start', 'end', 'end', 'once'),
    which: fc.nat(),
    inputs: texts,
    outputs: texts,
    outcome: fc.constantFrom('success', 'success', 'failure', 'denied'),
    span,
    producer: span,
  });
  const journal = fc.array(step, { maxLength: 30 }).map((steps) => {
    const open: { readonly at: number; readonly span: SpanReference | undefined }[] = [];
    return entriesOf(
      steps.map(({ does, which, inputs, outputs, outcome, span, producer }, at): Partial<EntryContent> => {
        const content = (of: typeof span, more: Partial<EntryContent>): Partial<EntryContent> => ({
          ...moved([], outputs, more),
          inputs: inputs.map((text) => ({ ...set(text), ...(producer && { producedBy: producer }) })),
          ...(of && { correlation: of }),
        });
        if (does === 'start') {
          open.push({ at, span });
          return content(span, { phase: 'started' });
        }
        const over = { outcome: outcome as 'success' };
        if (does === 'once' || open.length === 0) return content(span, over);
        const [begun] = open.splice(which % open.length, 1);
        return content(begun?.span, { ...over, phase: 'ended', started: begun?.at ?? 0 });
      }),
    );
  });

  interface Mention {
    readonly operation: number;
    readonly entry: number;
    readonly isRead: boolean;
    readonly name: string;
    readonly version: string | undefined;
    readonly span: string | undefined;
    readonly producer: string | undefined;
  }

  const operationOf = ({ index, started }: AuditEntry): number => started ?? index;

  /** The rules as they are written: what was denied is not there at all, and the rest is looked up from the end. */
  function naiveEdges(entries: readonly AuditEntry[]): string[] {
    const denied = new Set(entries.filter(({ outcome }) => outcome === 'denied').map(operationOf));
    const mentions = entries
      .filter((entry) => !denied.has(operationOf(entry)))
      .flatMap((entry): Mention[] =>
        [...(entry.inputs ?? []), ...(entry.outputs ?? [])].map(({ name, version, producedBy }, i) => ({
          operation: operationOf(entry),
          entry: entry.index,
          isRead: i < (entry.inputs?.length ?? 0),
          name,
          version,
          span: entry.correlation?.spanId,
          producer: producedBy?.spanId,
        })),
      );
    const written = (operation: number, name: string): { state: string; at: number }[] => {
      const own = mentions.filter(
        (each) => !each.isRead && each.operation === operation && each.name === name,
      );
      const named = own.filter(({ version }) => version !== undefined);
      const unnamed = own.find(({ version }) => version === undefined)?.entry;
      if (named.length === 0) return [{ state: `${name}<${unnamed}`, at: unnamed ?? 0 }];
      return named
        .filter(({ version }, i) => named.findLastIndex((other) => other.version === version) === i)
        .map(({ version }) => {
          const first = named.find((other) => other.version === version)?.entry ?? 0;
          return { state: `${name}@${version}`, at: Math.min(first, unnamed ?? first) };
        });
    };
    const firstWrite = new Map<string, number>();
    for (const { isRead, operation, name } of mentions) {
      if (isRead) continue;
      for (const { state, at } of written(operation, name)) {
        firstWrite.set(state, Math.min(at, firstWrite.get(state) ?? at));
      }
    }
    const shownState = (state: string): string =>
      state.includes('@') && firstWrite.has(state) ? `${state}<${firstWrite.get(state)}` : state;
    const edges = mentions.flatMap(({ operation, isRead, name, version, entry, producer }): string[] => {
      if (!isRead) {
        return written(operation, name).map(({ state }) => `#${operation} → ${shownState(state)}`);
      }
      if (version !== undefined) return [`${shownState(`${name}@${version}`)} → #${operation}`];
      const own = mentions.filter(
        (each) => each.isRead && each.operation === operation && each.name === name,
      );
      if (own.some((each) => each.version !== undefined)) return [];
      if (own.some((each) => each.entry < entry)) return [];
      const before = mentions.filter(
        (each) => !each.isRead && each.name === name && each.operation !== operation && each.entry < entry,
      );
      const produced = before.findLast(({ span }) => span !== undefined && span === producer);
      const last = produced ?? before.at(-1);
      const state = last === undefined ? name : (written(last.operation, name).at(-1)?.state ?? '');
      return [`${shownState(state)} → #${operation}`];
    });
    return [...new Set(edges)].sort();
  }

  it('has the edges of the same journal without what was denied, each found by following them', async () => {
    await fc.assert(
      fc.asyncProperty(journal, async (entries) => {
        const lineage = await buildLineage(entries);
        const graphs = entries.map(({ index }) => lineage.related({ entry: index }));
        const edges = naiveEdges(entries);
        expect([...new Set(graphs.flatMap(shown))].sort()).toEqual(edges);
        const ends = new Set(edges.flatMap((edge) => edge.split(' → ')));
        const isOperation = (end: string): boolean => end.startsWith('#');
        expect(lineage.operations).toBe([...ends].filter(isOperation).length);
        expect(lineage.datasets).toBe([...ends].filter((end) => !isOperation(end)).length);
        for (const name of ['a', 'b', 'c']) {
          const known = [...ends].filter((end) => end.startsWith(name)).length;
          expect(lineage.ancestors(of(name)).subjects).toHaveLength(known);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
