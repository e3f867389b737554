import type { AuditEntry, EntryDataset, JsonValue } from '../../operation/entry.ts';
import type { AuditOutcome } from '../../operation/operation.ts';
import {
  customFacet,
  facet,
  type OpenLineageDataset,
  type OpenLineageFacet,
  type OpenLineageFacets,
  type OpenLineageRunEvent,
  RUN_EVENT_SCHEMA,
} from './open-lineage-event.ts';
import { plainText } from './plain-text.ts';
import { runIdOf } from './run-id.ts';
import { type Source, textChunks } from './text-chunks.ts';

/** Options of `toOpenLineage`. */
export interface OpenLineageOptions {
  /** Name of the journal: the ids of runs are made of it, so that those of two journals differ. */
  readonly origin: string;
  /** Namespace of the jobs. Default: `origin`. */
  readonly namespace?: string | undefined;
  /** URI that stands for whoever made the events. Default: the package URL of this package. */
  readonly producer?: string | undefined;
}

type Resolved = Required<{ [Key in keyof OpenLineageOptions]: string }>;

interface Run {
  readonly index: number;
  readonly action: string;
}

const PRODUCER = 'pkg:npm/%40org/instrument-audit';

// Scheme, host, port and path of RFC 3986: narrower than a URI may be, and wider than the naming of datasets asks for.
const SOURCE = /^[a-z][a-z\d+.-]*:\/\/[\w.~-]+(?::\d{1,5})?(?:\/(?:[\w.~!$&'()*+,;=:@/-]|%[\da-f]{2})*)?$/i;

const TYPES: Readonly<Record<AuditOutcome, OpenLineageRunEvent['eventType']>> = {
  success: 'COMPLETE',
  failure: 'FAIL',
  denied: 'FAIL',
  cancelled: 'ABORT',
  unknown: 'ABORT',
};

/**
 * Entries, oldest first, as run events of OpenLineage 2-0-2, one JSON object a line, in chunks of text. An operation is a
 * run of the job that its action names: `START`, and `COMPLETE`, `FAIL` or `ABORT`; what was recorded at once gets both.
 * What OpenLineage has no place for is in the run's facet `audit_entry`, and a digest in the dataset's facet `audit_digest`.
 * No run has a parent: an entry says which span was active, and not inside of which operation it was recorded.
 */
export function toOpenLineage(
  entries: Source<AuditEntry>,
  options: OpenLineageOptions,
): AsyncGenerator<string, void, undefined> {
  const eventsOf = createOpenLineageMapper(options);
  return textChunks(entries, (entry) =>
    eventsOf(entry)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
  );
}

/** Maps entries to events. */
export function createOpenLineageMapper({
  origin,
  namespace = origin,
  producer = PRODUCER,
}: OpenLineageOptions): (entry: AuditEntry) => OpenLineageRunEvent[] {
  const resolved = { origin, namespace, producer };
  return (entry) => {
    const { phase, index, started, action } = entry;
    const run = { index: phase === 'ended' ? (started ?? index) : index, action };
    const facets = runFacets(entry, producer);
    const begin = event('START', entry.startTime ?? entry.time, run, entry, facets, resolved);
    if (phase === 'started') return [begin];
    const end = event(TYPES[entry.outcome ?? 'success'], entry.time, run, entry, facets, resolved);
    return phase === 'ended' ? [end] : [begin, end];
  };
}

function event(
  eventType: OpenLineageRunEvent['eventType'],
  eventTime: string,
  run: Run,
  { inputs = [], outputs = [] }: AuditEntry,
  facets: OpenLineageFacets,
  { origin, namespace, producer }: Resolved,
): OpenLineageRunEvent {
  return {
    eventType,
    eventTime,
    run: { runId: runIdOf(origin, run.index), facets },
    job: { namespace, name: run.action },
    inputs: inputs.map((input) => dataset(input, 'inputFacets', producer)),
    outputs: outputs.map((output) => dataset(output, 'outputFacets', producer)),
    producer,
    schemaURL: RUN_EVENT_SCHEMA,
  };
}

function runFacets(
  { index, hash, time, action, phase, started, inputs, outputs, error, ...rest }: AuditEntry,
  producer: string,
): OpenLineageFacets {
  const facets: Record<string, OpenLineageFacet> = {
    audit_entry: customFacet('RunFacet', producer, { index, hash, ...(rest as Record<string, JsonValue>) }),
  };
  if (error !== undefined) {
    const message = [error.type, plainText(error.message)].filter((text) => text !== undefined).join(': ');
    facets.errorMessage = facet('ErrorMessageRunFacet', producer, {
      message,
      programmingLanguage: 'JavaScript',
    });
  }
  return facets;
}

function dataset(
  { namespace, name, version, rows, bytes, digest }: EntryDataset,
  key: 'inputFacets' | 'outputFacets',
  producer: string,
): OpenLineageDataset {
  const facets: Record<string, OpenLineageFacet> = {};
  if (SOURCE.test(namespace)) {
    facets.dataSource = facet('DatasourceDatasetFacet', producer, { name: namespace, uri: namespace });
  }
  if (version !== undefined) {
    facets.version = facet('DatasetVersionDatasetFacet', producer, { datasetVersion: version });
  }
  if (digest !== undefined) facets.audit_digest = customFacet('DatasetFacet', producer, { digest });
  const counts = {
    ...(rows !== undefined && { rowCount: rows }),
    ...(bytes !== undefined && { size: bytes }),
  };
  if (rows === undefined && bytes === undefined) return { namespace, name, facets };
  const statistics =
    key === 'inputFacets'
      ? { inputStatistics: facet('InputStatisticsInputDatasetFacet', producer, counts) }
      : { outputStatistics: facet('OutputStatisticsOutputDatasetFacet', producer, counts) };
  return { namespace, name, facets, [key]: statistics };
}
