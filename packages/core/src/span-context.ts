import { type Context, createContextKey, type Span } from '@opentelemetry/api';

/** The API's own key; equal descriptions are one key (`createContextKey`). */
const SPAN = createContextKey('OpenTelemetry Context Key SPAN');

/**
 * A context with another span, as `trace.setSpan` makes it, but in one small object: the API's copies all values into
 * a map and makes three functions, for each call.
 */
export function withSpan(context: Context, span: Span): Context {
  return new SpanContext(context instanceof SpanContext ? context.base : context, span);
}

class SpanContext implements Context {
  readonly base: Context;
  readonly #span: unknown;

  constructor(base: Context, span: unknown) {
    this.base = base;
    this.#span = span;
  }

  getValue(key: symbol): unknown {
    return key === SPAN ? this.#span : this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN) return new SpanContext(this.base, value);
    return new SpanContext(this.base.setValue(key, value), this.#span);
  }

  deleteValue(key: symbol): Context {
    const base = this.base.deleteValue(key);
    return key === SPAN ? base : new SpanContext(base, this.#span);
  }
}
