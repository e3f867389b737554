import {
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';

/**
 * What the API gives for the scope of a tracer whose provider has stopped: its no-op while there is no other, and that of the
 * next `init()` afterwards. Modules keep the tracer that they obtained first, and so do the API's own stand-ins for one.
 */
export class Successor {
  readonly #scope: InstrumentationScope;
  #provider: TracerProvider | undefined;
  #tracer: Tracer | undefined;
  #isAsked = false;

  constructor(scope: InstrumentationScope) {
    this.#scope = scope;
  }

  /** `undefined` where that is, by whatever way, the stopped one itself: it is being shut down, and registered still. */
  startSpan(name: string, options?: SpanOptions, context?: Context): Span | undefined {
    if (this.#isAsked) return undefined;
    this.#isAsked = true;
    try {
      return this.#current().startSpan(name, options, context);
    } finally {
      this.#isAsked = false;
    }
  }

  #current(): Tracer {
    // Another one each time that a provider was taken away.
    const provider = trace.getTracerProvider();
    if (this.#tracer === undefined || provider !== this.#provider) {
      const { name, version, schemaUrl } = this.#scope;
      this.#provider = provider;
      this.#tracer = provider.getTracer(name, version, schemaUrl === undefined ? undefined : { schemaUrl });
    }
    return this.#tracer;
  }
}
