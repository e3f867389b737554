export type { AnyFunction, ResultOf, Untyped, UntypedFunction } from '@org/instrument-core';
export { instrumentFunction } from './instrument-function.ts';
export {
  type InstrumentPerformance,
  instrumentPerformance,
  type MemberDecorator,
} from './instrument-performance.ts';
export {
  type AnyClass,
  type ClassInstrumenter,
  type Instrumented,
  instrumented,
  type SkipDecorator,
} from './instrumented.ts';
export type { InstrumentOptions, SloOptions, SpanOptions } from './options.ts';
