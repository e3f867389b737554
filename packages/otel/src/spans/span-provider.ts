import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import { asText, tell } from '@org/instrument-core';
import type { SpanLimits } from './limits.ts';
import type { NamedSampler } from './named-sampler.ts';
import { createTracer, type ProviderState } from './tracer.ts';

/** Options of a {@link SpanProvider}. */
export interface SpanProviderOptions {
  readonly resource: Resource;
  readonly sampler: Sampler | NamedSampler;
  /** Told of every recorded span, in this order. */
  readonly processors: readonly SpanProcessor[];
  readonly limits: SpanLimits;
}

/** The API's tracer provider: one tracer for each name, version and schema URL. */
export class SpanProvider implements TracerProvider {
  readonly #options: SpanProviderOptions;
  readonly #state: ProviderState = { isStopped: false };
  readonly #tracers = new Map<string, Tracer>();

  constructor(options: SpanProviderOptions) {
    this.#options = options;
  }

  getTracer(given: string, givenVersion?: string, options?: TracerOptions): Tracer {
    const name = asText(given);
    const version = givenVersion == null ? undefined : asText(givenVersion);
    const schemaUrl = options?.schemaUrl == null ? undefined : asText(options.schemaUrl);
    const key = JSON.stringify([name, version, schemaUrl]);
    let tracer = this.#tracers.get(key);
    if (tracer === undefined) {
      if (name === '')
        tell('warn', 'A tracer was asked for without a name: its spans cannot be told by their scope.');
      const { resource, sampler, processors, limits } = this.#options;
      const instrumentationScope = { name, version, schemaUrl } as InstrumentationScope;
      tracer = createTracer({ resource, instrumentationScope, limits, processors }, sampler, this.#state);
      this.#tracers.set(key, tracer);
    }
    return tracer;
  }

  /** Rejects with the failure of the first processor that failed, when all are done. */
  async forceFlush(): Promise<void> {
    await settled(this.#options.processors.map((processor) => processor.forceFlush()));
  }

  /** As {@link SpanProvider.forceFlush}. */
  async shutdown(): Promise<void> {
    this.#state.isStopped = true;
    await settled(this.#options.processors.map((processor) => processor.shutdown()));
  }
}

async function settled(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
