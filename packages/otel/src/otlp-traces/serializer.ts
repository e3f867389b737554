import type { InstrumentationScope } from '@opentelemetry/core';
import type { IExportTraceServiceResponse, ISerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { writeResource, writeScope, writeText } from '../protobuf/origin.ts';
import { ProtoWriter } from '../protobuf/proto-writer.ts';
import { EXPORT_REQUEST, RESOURCE_SPANS, SCOPE_SPANS } from './fields.ts';
import { writeSpan } from './write-span.ts';

/** Bytes that the first request has room for. */
const FIRST_CAPACITY = 16 * 1024;
/** A request is given room for an eighth more than the last one took, so that it rarely has to grow. */
const HEADROOM = 1.125;

/** A serializer for the SDK's OTLP exporters. */
export type TraceSerializer = ISerializer<ReadableSpan[], IExportTraceServiceResponse>;

type ByScope = Map<InstrumentationScope, ReadableSpan[]>;

/**
 * Writes spans as an OTLP `ExportTraceServiceRequest`, byte for byte as otlp-transformer does, in one pass.
 * `deserializeResponse` reads the answers.
 */
export function createTraceSerializer(
  deserializeResponse: TraceSerializer['deserializeResponse'],
): TraceSerializer {
  let capacity = FIRST_CAPACITY;
  return {
    serializeRequest(spans) {
      // A buffer of its own: the transport keeps what it was given until it has got through, retries included.
      const writer = new ProtoWriter(capacity);
      for (const [resource, scopes] of grouped(spans).reverse()) writeResourceSpans(writer, resource, scopes);
      capacity = Math.ceil(writer.length * HEADROOM);
      return writer.written;
    },
    deserializeResponse,
  };
}

/** Spans by resource and scope, in the order in which each was seen first. */
function grouped(spans: readonly ReadableSpan[]): [Resource, ByScope][] {
  const resources = new Map<Resource, ByScope>();
  for (const span of spans) {
    const scopes: ByScope = resources.get(span.resource) ?? new Map();
    if (scopes.size === 0) resources.set(span.resource, scopes);
    const known = scopes.get(span.instrumentationScope);
    if (known === undefined) scopes.set(span.instrumentationScope, [span]);
    else known.push(span);
  }
  return [...resources];
}

function writeResourceSpans(writer: ProtoWriter, resource: Resource, scopes: ByScope): void {
  const mark = writer.length;
  writeText(writer, RESOURCE_SPANS.schemaUrl, resource.schemaUrl);
  for (const [scope, spans] of [...scopes].reverse()) writeScopeSpans(writer, scope, spans);
  writeResource(writer, RESOURCE_SPANS.resource, resource);
  writer.message(EXPORT_REQUEST.resourceSpans, mark);
}

function writeScopeSpans(
  writer: ProtoWriter,
  scope: InstrumentationScope,
  spans: readonly ReadableSpan[],
): void {
  const mark = writer.length;
  writeText(writer, SCOPE_SPANS.schemaUrl, scope.schemaUrl);
  for (let i = spans.length - 1; i >= 0; i--) writeSpan(writer, spans[i] as ReadableSpan);
  writeScope(writer, SCOPE_SPANS.scope, scope);
  writer.message(RESOURCE_SPANS.scopeSpans, mark);
}
