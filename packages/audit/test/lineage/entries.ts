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
