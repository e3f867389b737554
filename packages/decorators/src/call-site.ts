import { type Attributes, type Tracer, trace } from '@opentelemetry/api';
import { currentRecorder, type OperationRecorder, runtime } from '@org/instrument-core';
import { reportFault } from './faults.ts';
import type { OperationNames } from './names.ts';
import type { Settings } from './validate-options.ts';

/** Scope of all spans that instrumented functions open. */
const SCOPE = '@org/instrument';

/** The recorder of an operation. The direct one shows its count of active calls, and so whether an `end` that threw has counted. */
export interface Operation extends OperationRecorder {
  active?: number;
}

/** Stands in where no recorder could be had. */
export const IDLE: Operation = {
  begin: () => undefined,
  end: () => {},
  ignore: () => {},
  firstItem: () => {},
  items: () => {},
};

/** Finds the names of an instrumented function; `self` is the `this` of the call. `undefined`: not to be known yet. */
export type Locate = (self: unknown) => OperationNames | undefined;

/**
 * One instrumented function: its settings, and what was resolved for the current generation of the runtime. The
 * wrapper reads plain fields of it on each call; everything else happens once.
 */
export class CallSite {
  /** Generation of the runtime that the fields below belong to. */
  generation: number;
  /** Calls need more than metrics: a span, the user's `classify`, or `attributes` that something will keep. */
  rich: boolean;
  /** A span is opened for each call. */
  traced: boolean;
  /** Tracing is on, so that there may be a sampled span to point exemplars at. */
  exemplars: boolean;
  operation: Operation;
  /** The function is an `async` one. */
  isAsync: boolean;
  tracer: Tracer | undefined;
  names: OperationNames;
  spanName: string;
  /** Attributes that every span of this function has. */
  spanAttributes: Attributes;
  readonly settings: Settings;
  readonly #locate: Locate;
  readonly #fallback: OperationNames;
  #located: boolean;
  #streaming: boolean;
  /** What the first streaming call began on, before the site was known to stream, and what took its place. */
  #plain: Operation | undefined;
  /** Generation that the fields belong to while the class is not known yet. */
  #unlocatedGeneration: number;

  /** `fallback` names calls for which `locate` knows nothing; `streaming` says that the function yields items. */
  constructor(settings: Settings, locate: Locate, fallback: OperationNames, streaming: boolean) {
    this.generation = -1;
    this.rich = false;
    this.traced = false;
    this.exemplars = false;
    this.operation = IDLE;
    this.isAsync = false;
    this.tracer = undefined;
    this.names = fallback;
    this.spanName = '';
    this.spanAttributes = {};
    this.settings = settings;
    this.#locate = locate;
    this.#fallback = fallback;
    this.#located = false;
    this.#streaming = streaming || settings.stream === true;
    this.#plain = undefined;
    this.#unlocatedGeneration = -1;
  }

  /** Brings everything to the current generation of the runtime. Never throws. */
  resolve(self: unknown): void {
    const generation = runtime.generation;
    if (!this.#located) this.#name(self);
    // Called detached, or on a foreign object, once more: nothing has changed.
    if (!this.#located && this.#unlocatedGeneration === generation) return;
    const { settings, names } = this;
    this.traced = runtime.tracing.enabled && settings.span;
    this.exemplars = runtime.tracing.enabled;
    const kept = settings.attributes !== undefined && (this.traced || settings.metricAttributes.length > 0);
    this.rich = this.exemplars || settings.classify !== undefined || kept;
    this.spanName = settings.spanName ?? names.operation;
    this.spanAttributes = { 'code.function.name': names.function, ...settings.labels };
    this.tracer = this.traced ? trace.getTracer(SCOPE) : undefined;
    this.operation = this.#open();
    // One whose class is not known yet stays out of date: the next call may tell it.
    if (this.#located) this.generation = generation;
    else this.#unlocatedGeneration = generation;
  }

  /** The recorder for the items of a call, made when the first call turns out to be a stream. */
  forItems(operation: Operation): Operation {
    if (this.#streaming) return operation === this.#plain ? this.operation : operation;
    this.#streaming = true;
    this.#plain = operation;
    const streaming = this.#open();
    this.operation = streaming;
    return streaming;
  }

  #name(self: unknown): void {
    let names: OperationNames | undefined;
    try {
      names = this.#locate(self);
    } catch (fault) {
      reportFault(this.#fallback.operation, 'finding the class', fault);
    }
    const name = this.settings.name;
    const found = names ?? this.#fallback;
    this.names = name === undefined ? found : { operation: name, function: found.function };
    this.#located = names !== undefined;
  }

  #open(): Operation {
    const { settings, names } = this;
    try {
      return currentRecorder().operation({
        name: names.operation,
        function: names.function,
        labels: settings.labels,
        unit: settings.unit,
        buckets: settings.buckets,
        slo: settings.slo,
        streaming: this.#streaming,
      });
    } catch (fault) {
      reportFault(names.operation, 'opening the operation', fault);
      return IDLE;
    }
  }
}
