import type { LineageGraph, LineageNode } from '../../src/lineage/lineage.ts';
import type { AuditEntry, EntryContent, EntryDataset } from '../../src/operation/entry.ts';
import { content } from '../journal-builder.ts';

/** A dataset by short text: `name` or `name@version`. */
export function set(text: string): EntryDataset {
  const [name = '', version] = text.split('@');
  return { namespace: 'ns', name, ...(version !== undefined && { version }) };
}

/** Entries at their positions. */
export function entriesOf(contents: readonly Partial<EntryContent>[]): AuditEntry[] {
  return contents.map((more, index) => {
    const { outcome, ...rest } = content(index, more);
    const isOver = more.phase !== 'started' && outcome !== undefined;
    return { ...rest, ...(isOver && { outcome }), index, hash: `hash${index}` };
  });
}

/** An operation that read and wrote datasets. */
export function moved(
  inputs: readonly string[],
  outputs: readonly string[],
  more: Partial<EntryContent> = {},
): Partial<EntryContent> {
  return { action: 'data.move', inputs: inputs.map(set), outputs: outputs.map(set), ...more };
}

/** A node as text that can be read: `#0`, `b@1<0`. */
export function label(node: LineageNode): string {
  if (node.kind === 'operation') return `#${node.index}`;
  return `${node.name}${node.version === undefined ? '' : `@${node.version}`}${node.writtenAt === undefined ? '' : `<${node.writtenAt}`}`;
}

/** A graph as text that can be read: `a → #0`, `#0 → b<0`. */
export function shown({ nodes, edges }: LineageGraph): string[] {
  const labels = new Map(nodes.map((node) => [node.id, label(node)]));
  return edges.map(({ from, to }) => `${labels.get(from)} → ${labels.get(to)}`);
}
