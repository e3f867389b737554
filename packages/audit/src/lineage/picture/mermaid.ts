import type { LineageGraph } from '../lineage.ts';
import { checkDrawable } from './drawable.ts';
import { labelLines } from './label.ts';

/**
 * A graph as a Mermaid flowchart, from left to right: operations as boxes, datasets as cylinders, what was asked about
 * outlined. Text of the journal is written in entity codes where it could be taken for anything but text.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for a graph of more than 1,000 nodes.
 */
export function toMermaid(graph: LineageGraph): string {
  checkDrawable(graph);
  const names = new Map(graph.nodes.map(({ id }, i) => [id, `n${i}`]));
  const lines = ['flowchart LR'];
  for (const node of graph.nodes) {
    const label = labelLines(node).map(escaped).join('<br/>');
    const shape = node.kind === 'operation' ? `["${label}"]` : `[("${label}")]`;
    lines.push(`  ${names.get(node.id)}${shape}`);
  }
  for (const { from, to } of graph.edges) lines.push(`  ${names.get(from)} --> ${names.get(to)}`);
  const failed = graph.nodes.filter(
    (node) => node.kind === 'operation' && node.outcome !== undefined && node.outcome !== 'success',
  );
  if (failed.length > 0) {
    lines.push('  classDef failed stroke:#b3261e,stroke-dasharray:4 3');
    lines.push(`  class ${failed.map(({ id }) => names.get(id)).join(',')} failed`);
  }
  if (graph.subjects.length > 0) {
    lines.push('  classDef subject stroke-width:3px');
    lines.push(`  class ${graph.subjects.map((id) => names.get(id)).join(',')} subject`);
  }
  return `${lines.join('\n')}\n`;
}

/** All but letters, digits and what means nothing to Mermaid, as `#<code point>;`. */
function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _.:/@·…,+-]/gu, (character) => `#${character.codePointAt(0)};`);
}
