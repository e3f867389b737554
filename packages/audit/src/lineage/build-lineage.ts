import { describeValue, InstrumentError, type Problem, unknownKeys } from '@org/instrument-core';
import type { AuditEntry } from '../operation/entry.ts';
import { graphOf } from './graph.ts';
import type { Lineage, LineageGraph, LineageOptions, LineageSubject } from './lineage.ts';
import { LineageIndex } from './lineage-index.ts';
import { type Direction, type Reach, traverse } from './traverse.ts';

const DEFAULT_MAX_NODES = 10_000;

/**
 * Reads entries, oldest first, and keeps what they say about data: about 400 bytes for each operation that read or wrote
 * any, 300 for each state of a dataset, and nothing for other entries. Give it a part of a long journal, by time or by
 * index, where that is too much.
 *
 * A dataset with a version is that version. Without one, what is written is a new state of the dataset, and what is read
 * is the state that was written last before the entry that says so — by the span `producedBy`, where that is known. Both
 * entries of an operation count as one: what only the second one names was read and written at the end, and a version that
 * one of them names is what the other one meant. No operation reads what it wrote itself. Outputs of an operation that failed
 * count, since they may have been written; one that was denied has neither read nor written anything.
 *
 * @example
 * const lineage = await buildLineage(audit.query({ from: '2026-11-01T00:00:00Z' }));
 * const { nodes } = lineage.ancestors({ dataset: { namespace: 'file', name: '/data/report.csv' } });
 */
export async function buildLineage(
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
): Promise<Lineage> {
  const index = new LineageIndex();
  for await (const entry of entries) index.add(entry);
  index.finish();
  const ask =
    (...directions: Direction[]) =>
    (subject: LineageSubject, options?: LineageOptions): LineageGraph => {
      const reach = checkQuestion(subject, options);
      const from = find(index, subject);
      return graphOf(index, from, traverse(index, from, directions, reach));
    };
  return {
    operations: index.countOperations(),
    datasets: index.countStates(),
    ancestors: ask('ancestors'),
    descendants: ask('descendants'),
    related: ask('ancestors', 'descendants'),
  };
}

function find(index: LineageIndex, subject: LineageSubject): { operations: number[]; states: number[] } {
  if ('entry' in subject) {
    const operation = index.operationAt(subject.entry);
    return { operations: operation === undefined ? [] : [operation], states: [] };
  }
  const { namespace, name, version } = subject.dataset;
  return { operations: [], states: index.statesOf(namespace, name, version) };
}

function checkQuestion(subject: LineageSubject, options: LineageOptions = {}): Reach {
  const problems: Problem[] = [];
  const { dataset, entry } = Object(subject) as { dataset?: unknown; entry?: unknown };
  const { namespace, name, version } = Object(dataset) as Record<string, unknown>;
  const isDataset =
    typeof namespace === 'string' &&
    typeof name === 'string' &&
    (version === undefined || typeof version === 'string');
  const isEntry = Number.isSafeInteger(entry) && (entry as number) >= 0;
  if (entry === undefined ? !isDataset : !isEntry || dataset !== undefined) {
    problems.push({
      path: 'subject',
      found: describeValue(subject),
      expected: '{ dataset: { namespace, name, version? } } or { entry: index }',
    });
  }
  const isObject = typeof options === 'object' && options !== null;
  if (isObject) problems.push(...unknownKeys(options, ['depth', 'maxNodes'], 'options.'));
  else problems.push({ path: 'options', found: describeValue(options), expected: 'an object' });
  const { depth = Number.POSITIVE_INFINITY, maxNodes = DEFAULT_MAX_NODES } = Object(
    options,
  ) as LineageOptions;
  if (!(depth === Number.POSITIVE_INFINITY || (Number.isSafeInteger(depth) && depth >= 0))) {
    problems.push({ path: 'options.depth', found: describeValue(depth), expected: 'a whole number ≥ 0' });
  }
  if (!Number.isSafeInteger(maxNodes) || maxNodes < 1) {
    problems.push({
      path: 'options.maxNodes',
      found: describeValue(maxNodes),
      expected: 'a whole number ≥ 1',
    });
  }
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The question about lineage is wrong', problems);
  }
  return { depth, maxNodes };
}
