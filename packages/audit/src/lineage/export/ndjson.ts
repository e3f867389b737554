import type { AuditEntry } from '../../operation/entry.ts';
import { type Source, textChunks } from './text-chunks.ts';

/** Entries as newline-delimited JSON, one object each with its `index` and `hash`, in chunks of text. */
export function toNdjson(entries: Source<AuditEntry>): AsyncGenerator<string, void, undefined> {
  return textChunks(entries, (entry) => `${JSON.stringify(entry)}\n`);
}
