export type { DialectName, SampleType } from './dialect/dialect.ts';
export type { ProtocolVersion } from './dialect/dogstatsd.ts';
export { createStatsdExporter, type StatsdExporter, type StatsdExportResult } from './exporter.ts';
export type { Framing, StatsdOptions, TransportName } from './options.ts';
export type { DropReason, StatsdStatistics } from './tally.ts';
