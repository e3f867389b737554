export { buildLineage } from './build-lineage.ts';
export { toCsv } from './export/csv.ts';
export { toNdjson } from './export/ndjson.ts';
export { type OcsfOptions, type OcsfRecord, ocsfRecord, toOcsf } from './export/ocsf.ts';
export { createOpenLineageMapper, type OpenLineageOptions, toOpenLineage } from './export/open-lineage.ts';
export type {
  OpenLineageDataset,
  OpenLineageFacet,
  OpenLineageFacets,
  OpenLineageRunEvent,
} from './export/open-lineage-event.ts';
export type {
  DatasetNode,
  Lineage,
  LineageEdge,
  LineageGraph,
  LineageNode,
  LineageOptions,
  LineageSubject,
  OperationNode,
} from './lineage.ts';
export { toMermaid } from './picture/mermaid.ts';
export { toSvg } from './picture/svg.ts';
