import { processWide } from './process-wide.ts';
import type { Recorder } from './recorder.ts';

/** Whether instrumented functions open spans, and what may be concluded from an unsampled parent. */
export interface TracingState {
  /** A span is opened for each call. */
  readonly enabled: boolean;
  /** The sampler follows its parent: below an unsampled span nothing will be sampled, so no span need be asked for. */
  readonly parentBased: boolean;
}

/**
 * What instrumented functions look at on each call. One object, mutated in place, so that a test of `disabled`
 * is one load; `generation` rises with every change, so that what was resolved earlier is resolved again.
 */
export interface Runtime {
  readonly disabled: boolean;
  readonly generation: number;
  /** `undefined`: the direct recorder on the default meter provider. */
  readonly recorder: Recorder | undefined;
  readonly tracing: TracingState;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NO_TRACING: TracingState = { enabled: false, parentBased: true };

const state: Mutable<Runtime> = processWide('runtime', () => ({
  disabled: false,
  generation: 0,
  recorder: undefined as Recorder | undefined,
  tracing: NO_TRACING,
}));

/** The state that every instrumented function of the process shares. */
export const runtime: Runtime = state;

/** What {@link installRuntime} may change; what is left out keeps its value. */
export interface RuntimeChange {
  disabled?: boolean;
  recorder?: Recorder | undefined;
  tracing?: TracingState;
}

/**
 * Changes the state of all instrumented functions, those decorated earlier included. Returns a function that puts
 * back what was there before.
 */
export function installRuntime(change: RuntimeChange): () => void {
  const before: RuntimeChange = {
    disabled: state.disabled,
    recorder: state.recorder,
    tracing: state.tracing,
  };
  Object.assign(state, change);
  state.generation++;
  return () => {
    Object.assign(state, before);
    state.generation++;
  };
}
