import { createPipelineRecorder, type PipelineRecorder } from '@org/instrument-executions';

/** Records what the ingestor does: `ingest.events`, `ingest.queue.depth` and so on. */
export const recorder: PipelineRecorder = createPipelineRecorder('ingest');
