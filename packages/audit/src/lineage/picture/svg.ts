import type { LineageGraph, LineageNode } from '../lineage.ts';
import { checkDrawable } from './drawable.ts';
import { labelLines } from './label.ts';
import { type Layers, layersOf, type Place } from './layers.ts';

const BOX = { width: 300, height: 52 };
const GAP = { x: 70, y: 18 };
const MARGIN = 20;
const PADDING = 16;
/** Where an edge passes, less room is needed than for a box. */
const PASSAGE_HEIGHT = 8;

const STYLE = [
  'text{font:13px system-ui,sans-serif;fill:#1d1b20}',
  'text.small{font-size:11px;fill:#5f5b66}',
  'rect{stroke:#6750a4;fill:#f3effa}',
  'rect.dataset{stroke:#386a20;fill:#eef6e8}',
  'rect.failed{stroke:#b3261e;stroke-dasharray:4 3}',
  'rect.subject{stroke-width:3}',
  'path.edge{fill:none;stroke:#7a757f}',
].join('');

/**
 * A graph as an SVG picture, in layers from left to right: operations as boxes, datasets with round corners, what was
 * asked about with a thick outline, and failed operations dashed. A title over each node has its text in full.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for a graph of more than 1,000 nodes.
 */
export function toSvg(graph: LineageGraph): string {
  checkDrawable(graph);
  const layers = layersOf(graph);
  const { spots, width, height } = spotsOf(layers);
  const subjects = new Set(graph.subjects);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = layers.routes.map((route) =>
    edgePath(route.map((place) => ({ ...spotOf(spots, place), place }))),
  );
  const boxes = layers.layers.flat().flatMap((place) => {
    const node = place.id === undefined ? undefined : nodes.get(place.id);
    return node === undefined ? [] : box(node, spotOf(spots, place), subjects.has(node.id));
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Lineage of data">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#7a757f"/></marker></defs>',
    ...edges,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

interface Spot {
  readonly x: number;
  /** The middle. */
  readonly y: number;
}

function spotOf(spots: ReadonlyMap<Place, Spot>, place: Place): Spot {
  return spots.get(place) ?? { x: 0, y: 0 };
}

function spotsOf({ layers }: Layers): { spots: Map<Place, Spot>; width: number; height: number } {
  const heightOf = ({ id }: Place): number => (id === undefined ? PASSAGE_HEIGHT : BOX.height);
  const heights = layers.map((layer) => layer.reduce((sum, place) => sum + heightOf(place) + GAP.y, -GAP.y));
  const tallest = Math.max(0, ...heights);
  const spots = new Map<Place, Spot>();
  for (const [i, layer] of layers.entries()) {
    let top = MARGIN + (tallest - (heights[i] ?? 0)) / 2;
    for (const place of layer) {
      spots.set(place, { x: MARGIN + i * (BOX.width + GAP.x), y: top + heightOf(place) / 2 });
      top += heightOf(place) + GAP.y;
    }
  }
  const width = 2 * MARGIN + Math.max(0, layers.length * (BOX.width + GAP.x) - GAP.x);
  return { spots, width, height: 2 * MARGIN + tallest };
}

/** A curve from the right side of a box to the left side of another, or around the bottom where it goes back. */
function edgePath(route: readonly (Spot & { place: Place })[]): string {
  const [first, ...rest] = route as [Spot & { place: Place }, ...(Spot & { place: Place })[]];
  let { x, y } = { x: first.x + BOX.width, y: first.y };
  const parts = [`M${x} ${y}`];
  const bend = GAP.x / 2;
  for (const to of rest) {
    parts.push(`C${x + bend} ${y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`);
    [x, y] = [to.x, to.y];
    if (to.place.id === undefined) {
      x += BOX.width;
      parts.push(`H${x}`);
    }
  }
  return `<path class="edge" marker-end="url(#arrow)" d="${parts.join('')}"/>`;
}

function box(node: LineageNode, { x, y }: Spot, isSubject: boolean): string {
  const [head = '', small = ''] = labelLines(node);
  const isFailed = node.kind === 'operation' && node.outcome !== undefined && node.outcome !== 'success';
  const classes = [node.kind, ...(isFailed ? ['failed'] : []), ...(isSubject ? ['subject'] : [])].join(' ');
  const radius = node.kind === 'dataset' ? BOX.height / 2 : 4;
  return [
    `<g><title>${escaped(fullText(node))}</title>`,
    `<rect class="${classes}" x="${x}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="${radius}"/>`,
    `<text x="${x + PADDING}" y="${y - 4}"${fitted(head, 13)}>${escaped(head)}</text>`,
    `<text class="small" x="${x + PADDING}" y="${y + 14}"${fitted(small, 11)}>${escaped(small)}</text></g>`,
  ].join('');
}

/** Squeezes text that may be wider than its box; how wide it is, only the viewer knows. */
function fitted(text: string, fontSize: number): string {
  let width = 0;
  // From U+1100 on, letters may be as wide as they are high; others hardly are wider than three fifths of that.
  for (const character of text) width += fontSize * ((character.codePointAt(0) ?? 0) < 0x1100 ? 0.6 : 1);
  const room = BOX.width - 2 * PADDING;
  return width <= room ? '' : ` textLength="${room}" lengthAdjust="spacingAndGlyphs"`;
}

function fullText(node: LineageNode): string {
  if (node.kind === 'operation') return `${node.action} #${node.index} ${node.time}`;
  return [node.namespace, node.name, ...(node.version === undefined ? [] : [node.version])].join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of an element: markup escaped, and what XML 1.0 has no place for (2.2, "Characters") replaced. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
