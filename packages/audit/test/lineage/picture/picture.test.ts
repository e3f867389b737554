import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { buildLineage } from '../../../src/lineage/build-lineage.ts';
import type { LineageGraph } from '../../../src/lineage/lineage.ts';
import { layersOf } from '../../../src/lineage/picture/layers.ts';
import { toMermaid } from '../../../src/lineage/picture/mermaid.ts';
import { toSvg } from '../../../src/lineage/picture/svg.ts';
import type { EntryContent } from '../../../src/operation/entry.ts';
import { entriesOf, moved } from '../entries.ts';
import { hostile } from '../export/samples.ts';

async function everything(contents: readonly Partial<EntryContent>[], at = 0): Promise<LineageGraph> {
  return (await buildLineage(entriesOf(contents))).related({ entry: at });
}

const sample = [moved(['raw'], ['clean@3']), moved(['clean', 'rates'], ['report'], { outcome: 'failure' })];

// Random graphs with hostile names: all datasets of one operation hang together through it.
const graph = fc
  .array(fc.tuple(fc.array(hostile, { maxLength: 4 }), fc.array(hostile, { maxLength: 4 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((moves) =>
    moves.map(
      ([inputs, outputs], i): Partial<EntryContent> => ({
        action: 'data.move',
        inputs: [{ namespace: 'hub', name: 'hub' }, ...inputs.map((name) => ({ namespace: name, name }))],
        outputs: outputs.map((name) => ({ namespace: 'ns', name, ...(i % 2 === 0 && { version: name }) })),
      }),
    ),
  );
const graphOf = async (moves: readonly Partial<EntryContent>[]) =>
  (await buildLineage(entriesOf(moves))).descendants({ dataset: { namespace: 'hub', name: 'hub' } });

describe('a Mermaid flowchart', () => {
  it('shows operations, datasets, what was asked about and what failed', async () => {
    expect(toMermaid(await everything(sample, 1))).toBe(
      [
        'flowchart LR',
        '  n0[("raw<br/>ns")]',
        '  n1["data.move<br/>#35;0 · success"]',
        '  n2[("clean<br/>ns · 3")]',
        '  n3[("rates<br/>ns")]',
        '  n4["data.move<br/>#35;1 · failure"]',
        '  n5[("report<br/>ns · written by #35;1")]',
        '  n0 --> n1',
        '  n1 --> n2',
        '  n2 --> n4',
        '  n3 --> n4',
        '  n4 --> n5',
        '  classDef failed stroke:#b3261e,stroke-dasharray:4 3',
        '  class n4 failed',
        '  classDef subject stroke-width:3px',
        '  class n4 subject',
        '',
      ].join('\n'),
    );
  });

  it('lets no name out of its label', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (moves) => {
        const shown = await graphOf(moves);
        const [, ...lines] = toMermaid(shown).trimEnd().split('\n');
        const text = '(?:[\\p{L}\\p{N} _.:/@·…,+-]|#\\d+;)*';
        const line = new RegExp(
          `^  (?:n\\d+(?:\\[|\\[\\()"${text}<br/>${text}"(?:\\]|\\)\\])|n\\d+ --> n\\d+|class(?:Def)? .*)$`,
          'u',
        );
        for (const each of lines) expect(each).toMatch(line);
        expect(lines.filter((each) => each.includes('-->'))).toHaveLength(shown.edges.length);
      }),
    );
  });
});

describe('an SVG picture', () => {
  const parse = (svg: string) =>
    new XMLParser({
      ignoreAttributes: false,
      alwaysCreateTextNode: true,
      trimValues: false,
      isArray: (name) => ['g', 'path'].includes(name),
    }).parse(svg);

  it('is well-formed, with every node and edge, whatever the names', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (moves) => {
        const shown = await graphOf(moves);
        const svg = toSvg(shown);
        expect(XMLValidator.validate(svg)).toBe(true);
        // Characters that XML 1.0 has no place for, which not every parser minds.
        expect(svg).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
        const { svg: root } = parse(svg);
        expect(
          Object.keys(root)
            .filter((key) => !key.startsWith('@'))
            .sort(),
        ).toEqual(
          ['#text', 'defs', 'g', 'path', 'style'].filter((key) => key !== 'path' || shown.edges.length > 0),
        );
        expect(root.g).toHaveLength(shown.nodes.length);
        expect(root.path ?? []).toHaveLength(shown.edges.length);
      }),
    );
  });

  it('has its boxes inside of the picture, none over another', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (moves) => {
        const { svg } = parse(toSvg(await graphOf(moves)));
        const boxes = svg.g.map(({ rect }: { rect: Record<string, string> }) => {
          const [x, y, w, h] = ['@_x', '@_y', '@_width', '@_height'].map((key) => Number(rect[key]));
          return { x, y, w, h } as { x: number; y: number; w: number; h: number };
        });
        for (const [i, { x, y, w, h }] of boxes.entries()) {
          expect(x >= 0 && y >= 0 && x + w <= svg['@_width'] && y + h <= svg['@_height']).toBe(true);
          for (const other of boxes.slice(i + 1)) {
            expect(x === other.x && Math.abs(y - other.y) < h).toBe(false);
          }
        }
      }),
    );
  });

  it('is the same each time, and empty for nothing', async () => {
    expect(toSvg(await everything(sample))).toBe(toSvg(await everything(sample)));
    const nothing = { subjects: [], nodes: [], edges: [], isTruncated: false };
    expect(XMLValidator.validate(toSvg(nothing))).toBe(true);
    expect(toMermaid(nothing)).toBe('flowchart LR\n');
  });

  it('is refused for what nobody can look at', async () => {
    const many = Array.from({ length: 1_001 }, (_, i) => `d${i}`);
    const large = await everything([moved(many, [])]);
    for (const draw of [toSvg, toMermaid]) {
      expect(() => draw(large)).toThrow('1002 nodes');
      for (const way of ['--max-nodes', '--depth', '--version', '--from'])
        expect(() => draw(large)).toThrow(way);
    }
  });

  it('has every edge of a graph with as many as there can be, each operation reading all that was written before', async () => {
    const names = Array.from({ length: 499 }, (_, i) => `d${i}`);
    const all = await everything(
      names.map((name, i) => moved(names.slice(0, i), [name])),
      498,
    );
    expect(all.nodes).toHaveLength(998);
    expect(toSvg(all).match(/<path class="edge"/g)).toHaveLength(all.edges.length);
  });
});

describe('layers', () => {
  it('let edges go from left to right, and cycles not go on for ever', async () => {
    const { nodes, edges } = await everything(sample, 1);
    const { layers, routes } = layersOf({ subjects: [], nodes, edges, isTruncated: false });
    expect(layers.map((layer) => layer.filter(({ id }) => id !== undefined).length)).toEqual([2, 1, 1, 1, 1]);
    for (const route of routes) {
      for (const [i, { layer }] of route.entries()) expect(layer).toBe((route[0]?.layer ?? 0) + i);
    }
    const cycle = await everything([moved(['a@1'], ['b@1']), moved(['b@1'], ['a@1'])]);
    expect(layersOf(cycle).layers).toHaveLength(4);
    expect(XMLValidator.validate(toSvg(cycle))).toBe(true);
  });

  it('lead an edge around the boxes between, but the longest where there are too many of them', async () => {
    const tables = Array.from({ length: 40 }, (_, i) => `lookup${i}`);
    const far = (steps: number) =>
      everything(
        Array.from({ length: steps }, (_, i) =>
          moved([...tables.slice(0, 1 + (i % 40)), `d${i}`], [`d${i + 1}`]),
        ),
        steps - 1,
      );
    const few = layersOf(await far(30));
    const stepsOf = (route: (typeof few.routes)[number]): number =>
      Math.abs((route.at(-1)?.layer ?? 0) - (route[0]?.layer ?? 0));
    for (const route of few.routes) expect(route).toHaveLength(stepsOf(route) + 1);

    const { layers, routes } = layersOf(await far(400));
    expect(layers.flat().filter(({ id }) => id === undefined).length).toBeLessThanOrEqual(20_000);
    const straight = routes.filter((route) => route.length === 2 && stepsOf(route) > 1);
    const led = routes.filter((route) => route.length === stepsOf(route) + 1);
    expect(led.filter((route) => stepsOf(route) > 1).length).toBeGreaterThan(100);
    expect(straight.length + led.length).toBe(routes.length);
    expect(Math.min(...straight.map(stepsOf))).toBeGreaterThan(Math.max(...led.map(stepsOf)));
  });

  it('hold a chain as long as a picture may be', async () => {
    const chain = Array.from({ length: 400 }, (_, i) => moved([`d${i}`], [`d${i + 1}`]));
    expect(layersOf(await everything(chain)).layers).toHaveLength(801);
  });
});
