import type { Span, SpanContext } from '@opentelemetry/api';

/**
 * A span that nothing will be recorded of, and nothing below it. Its ids are made when somebody asks for them, to pass them
 * on or to write them into a log: of most such spans nobody does, and making them is most of what one costs. Whoever
 * only wants to know whether a span is sampled looks for this class before it asks for the span context.
 */
export abstract class UnsampledSpan implements Span {
  #spanContext: SpanContext | undefined;

  /** Called once, by the first who asks. */
  protected abstract createSpanContext(): SpanContext;

  spanContext(): SpanContext {
    this.#spanContext ??= this.createSpanContext();
    return this.#spanContext;
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  end(): void {}
}
