// What OpenLineage 2-0-2 and its facets ask of a run event, written down from the specification
// (openlineage.io, "Object Model" and "Facets"), and no more: facets that are not named here are refused, so that a name
// or a version that we do not mean to write is found.

const uri = { type: 'string', format: 'uri' };
const text = { type: 'string' };
const dateTime = { type: 'string', format: 'date-time' };
const runId = {
  type: 'object',
  properties: { runId: { type: 'string', format: 'uuid' } },
  required: ['runId'],
};
const jobId = {
  type: 'object',
  properties: { namespace: text, name: text },
  required: ['namespace', 'name'],
};

function facet(schema: string, properties: object, required: readonly string[]): object {
  return {
    type: 'object',
    properties: {
      _producer: uri,
      _schemaURL: { const: `https://openlineage.io/spec/${schema}` },
      ...properties,
    },
    required: ['_producer', '_schemaURL', ...required],
  };
}

function facets(properties: object): object {
  return { type: 'object', properties, additionalProperties: false };
}

const named = (name: string, version: string): string => `facets/${version}/${name}.json#/$defs/${name}`;
const statistics = { rowCount: { type: 'integer' }, size: { type: 'integer' } };

function dataset(key: string, ownFacets: object): object {
  return {
    type: 'object',
    properties: {
      namespace: text,
      name: text,
      facets: facets({
        audit_digest: facet('2-0-2/OpenLineage.json#/$defs/DatasetFacet', { digest: text }, ['digest']),
        dataSource: facet(named('DatasourceDatasetFacet', '1-0-1'), { name: text, uri }, []),
        version: facet(named('DatasetVersionDatasetFacet', '1-0-1'), { datasetVersion: text }, [
          'datasetVersion',
        ]),
      }),
      [key]: facets(ownFacets),
    },
    required: ['namespace', 'name'],
    additionalProperties: false,
  };
}

export const runEventSchema: object = {
  type: 'object',
  properties: {
    eventType: { enum: ['START', 'COMPLETE', 'FAIL', 'ABORT'] },
    eventTime: dateTime,
    run: {
      ...runId,
      properties: {
        ...runId.properties,
        facets: facets({
          audit_entry: facet('2-0-2/OpenLineage.json#/$defs/RunFacet', { index: { type: 'integer' } }, [
            'index',
          ]),
          errorMessage: facet(
            named('ErrorMessageRunFacet', '1-0-1'),
            { message: text, programmingLanguage: text },
            ['message', 'programmingLanguage'],
          ),
          parent: facet(named('ParentRunFacet', '1-2-0'), { run: runId, job: jobId }, ['run', 'job']),
        }),
      },
    },
    job: { ...jobId, additionalProperties: false },
    inputs: {
      type: 'array',
      items: dataset('inputFacets', {
        inputStatistics: facet(named('InputStatisticsInputDatasetFacet', '1-0-0'), statistics, []),
      }),
    },
    outputs: {
      type: 'array',
      items: dataset('outputFacets', {
        outputStatistics: facet(named('OutputStatisticsOutputDatasetFacet', '1-0-2'), statistics, []),
      }),
    },
    producer: uri,
    schemaURL: { const: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent' },
  },
  required: ['eventType', 'eventTime', 'run', 'job', 'producer', 'schemaURL'],
  additionalProperties: false,
};
