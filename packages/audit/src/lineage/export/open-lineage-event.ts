import type { JsonValue } from '../../operation/entry.ts';

/** A facet: what is known besides, under a schema of its own. */
export interface OpenLineageFacet {
  readonly _producer: string;
  readonly _schemaURL: string;
  readonly [key: string]: unknown;
}

export type OpenLineageFacets = Readonly<Record<string, OpenLineageFacet>>;

/** A dataset of an event. */
export interface OpenLineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: OpenLineageFacets;
  readonly inputFacets?: OpenLineageFacets;
  readonly outputFacets?: OpenLineageFacets;
}

/** An event of a run, as OpenLineage 2-0-2 has it (`#/$defs/RunEvent`). */
export interface OpenLineageRunEvent {
  readonly eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly eventTime: string;
  readonly run: { readonly runId: string; readonly facets: OpenLineageFacets };
  readonly job: { readonly namespace: string; readonly name: string };
  readonly inputs: readonly OpenLineageDataset[];
  readonly outputs: readonly OpenLineageDataset[];
  readonly producer: string;
  readonly schemaURL: string;
}

const SPECIFICATION = 'https://openlineage.io/spec';
export const RUN_EVENT_SCHEMA: string = `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent`;

/** Versions of the facets that are written. */
const VERSIONS = {
  DatasetVersionDatasetFacet: '1-0-1',
  DatasourceDatasetFacet: '1-0-1',
  ErrorMessageRunFacet: '1-0-1',
  InputStatisticsInputDatasetFacet: '1-0-0',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
};

/** A facet of OpenLineage's own. */
export function facet(
  name: keyof typeof VERSIONS,
  producer: string,
  fields: Readonly<Record<string, unknown>>,
): OpenLineageFacet {
  const _schemaURL = `${SPECIFICATION}/facets/${VERSIONS[name]}/${name}.json#/$defs/${name}`;
  return { _producer: producer, _schemaURL, ...fields };
}

/** A facet of ours, of which OpenLineage knows no more than what it is a facet of. */
export function customFacet(
  kind: 'RunFacet' | 'DatasetFacet',
  producer: string,
  fields: Readonly<Record<string, JsonValue>>,
): OpenLineageFacet {
  return {
    _producer: producer,
    _schemaURL: `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/${kind}`,
    ...fields,
  };
}
