import { createPipelineRecorder } from './create-recorder.ts';
import type { PipelineRecorder } from './recorder.ts';

/** The recorder of a process that has one pipeline; its metrics begin with `pipeline`. Nothing is made before its first use. */
export const pipeline: PipelineRecorder = createPipelineRecorder('pipeline');
