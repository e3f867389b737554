import type { EntryContent, EntryText } from '../operation/entry.ts';
import type { CheckedQuery } from './check-query.ts';

/** Whether an entry is what a query asks for, time, cursor and limit aside. */
export function matches(entry: EntryContent, query: CheckedQuery): boolean {
  const { correlation } = entry;
  return (
    isOneOf(entry.actor?.id, query.actors) &&
    isOneOf(entry.target?.id, query.targets) &&
    isOneOf(entry.outcome ?? entry.phase, query.outcomes) &&
    isAction(entry.action, query.actions) &&
    (query.traceId === undefined || correlation?.traceId === query.traceId) &&
    (query.tenant === undefined || correlation?.tenant === query.tenant) &&
    (query.requestId === undefined || correlation?.requestId === query.requestId) &&
    hasDataset(entry, query.dataset)
  );
}

function isOneOf(text: EntryText | undefined, wanted: readonly string[]): boolean {
  return wanted.length === 0 || (typeof text === 'string' && wanted.includes(text));
}

function isAction(action: string, wanted: readonly string[]): boolean {
  return (
    wanted.length === 0 ||
    wanted.some((text) => (text.endsWith('*') ? action.startsWith(text.slice(0, -1)) : action === text))
  );
}

function hasDataset({ inputs = [], outputs = [] }: EntryContent, wanted: CheckedQuery['dataset']): boolean {
  if (wanted === undefined) return true;
  const { namespace, name } = wanted;
  return [...inputs, ...outputs].some((set) => set.name === name && set.namespace === namespace);
}
