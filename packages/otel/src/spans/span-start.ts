import type { Attributes, Link, SpanContext, SpanKind, TimeInput } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from './limits.ts';

/** What the spans of one tracer have in common. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly limits: SpanLimits;
  readonly processors: readonly SpanProcessor[];
}

/** What one span begins with. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  /** Valid ones, within the limits; the span keeps the object. */
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly links: readonly Link[] | undefined;
  readonly startTime: TimeInput | undefined;
}
