import protobuf from 'protobufjs';

/** `ExportTraceServiceRequest` as opentelemetry-proto 1.x has it (trace_service.proto, trace.proto), down to the names of spans. */
const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { repeated Span spans = 2; }
message Span { string name = 5; }
`;

const request = protobuf.parse(PROTO).root.lookupType('ExportTraceServiceRequest');

interface Decoded {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: { readonly name: string }[] }[] }[];
}

/** Names of the spans of an `ExportTraceServiceRequest`, in their order. */
export function decodeNames(bytes: Uint8Array): string[] {
  const { resourceSpans } = request.decode(bytes) as unknown as Decoded;
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
  );
}
