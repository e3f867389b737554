import { type BindableCounter, getMeter } from '@org/instrument';

const meter = getMeter('ast-pipeline');

/** Files by `outcome`: `ok`, or the class of the failure. */
export const files: BindableCounter = meter.createCounter('ast_pipeline.files', {
  description: 'Files taken in or failed, by outcome.',
});

/** Size of the files that were taken in. */
export const bytes: BindableCounter = meter.createCounter('ast_pipeline.bytes', {
  description: 'Size of the files taken in.',
  unit: 'By',
});
