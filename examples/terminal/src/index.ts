export { claimDirectory } from './claim-directory.ts';
export { endWithParent, tellParent } from './parent.ts';
export { type Program, runProgram } from './program.ts';
export { stopSignal } from './stop.ts';
export { table } from './table.ts';
export {
  type Flag,
  flagTable,
  intervalFlag,
  type NumberBounds,
  numberFlag,
  readFlags,
  UsageError,
  type Written,
} from './usage.ts';
