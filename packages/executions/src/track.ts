export type { ExecutionOptions, ExecutionRun } from './execution.ts';
export { trackExecution } from './track-execution.ts';
