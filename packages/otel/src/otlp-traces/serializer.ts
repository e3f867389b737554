import type { InstrumentationScope } from '@opentelemetry/core';
import type { IExportTraceServiceResponse, ISerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { writeResource, writeScope, writeText } from '../protobuf/origin.ts';
import { COPY_SLACK, ProtoWriter } from '../protobuf/proto-writer.ts';
import type { EncodedSpans, Origin } from './encoded-spans.ts';
import { EXPORT_REQUEST, RESOURCE_SPANS, SCOPE_SPANS } from './fields.ts';

/** Bytes that the first request has room for, beside its spans. */
const FIRST_MARGIN = 2 * 1024;

/** A serializer for the SDK's OTLP exporters. */
export type TraceSerializer = ISerializer<EncodedSpans, IExportTraceServiceResponse>;

/**
 * Makes an OTLP `ExportTraceServiceRequest` of encoded spans, byte for byte as otlp-transformer does: resource and
 * scopes are written, the spans copied. `deserializeResponse` reads the answers.
 */
export function createTraceSerializer(
  deserializeResponse: TraceSerializer['deserializeResponse'],
): TraceSerializer {
  let margin = FIRST_MARGIN;
  return {
    serializeRequest(spans) {
      // A buffer of its own: the transport keeps what it was given until it has got through, retries included.
      const writer = new ProtoWriter(spans.byteLength + margin);
      for (const [resource, origins] of [...spans.origins].reverse()) {
        writeResourceSpans(writer, spans, resource, origins);
      }
      // So that the next one need not grow.
      margin = Math.max(margin, writer.length - spans.byteLength + COPY_SLACK);
      return writer.written;
    },
    deserializeResponse,
  };
}

function writeResourceSpans(
  writer: ProtoWriter,
  spans: EncodedSpans,
  resource: Resource,
  origins: ReadonlyMap<InstrumentationScope, Origin>,
): void {
  const mark = writer.length;
  writeText(writer, RESOURCE_SPANS.schemaUrl, resource.schemaUrl);
  for (const [scope, origin] of [...origins].reverse()) writeScopeSpans(writer, spans, scope, origin);
  writeResource(writer, RESOURCE_SPANS.resource, resource);
  writer.message(EXPORT_REQUEST.resourceSpans, mark);
}

function writeScopeSpans(
  writer: ProtoWriter,
  spans: EncodedSpans,
  scope: InstrumentationScope,
  origin: Origin,
): void {
  const mark = writer.length;
  writeText(writer, SCOPE_SPANS.schemaUrl, scope.schemaUrl);
  spans.writeTo(writer, origin);
  writeScope(writer, SCOPE_SPANS.scope, scope);
  writer.message(RESOURCE_SPANS.scopeSpans, mark);
}
