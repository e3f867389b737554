import { createRequire } from 'node:module';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OtlpTarget } from '../otlp.ts';
import { createTraceSerializer } from '../otlp-traces/serializer.ts';
import { type FinalRequest, finalRequest } from './final-request.ts';

const require = createRequire(import.meta.url);

/** Spans of one request; receivers limit the size of one. */
const BATCH_SIZE = 512;

/** The requests that deliver these spans. */
export function lastSpans(target: OtlpTarget, spans: readonly ReadableSpan[]): FinalRequest[] {
  const requests: FinalRequest[] = [];
  for (let i = 0; i < spans.length; i += BATCH_SIZE) {
    const body = serialize(target, spans.slice(i, i + BATCH_SIZE));
    if (body !== undefined) requests.push(finalRequest(target, body));
  }
  return requests;
}

function serialize({ protocol }: OtlpTarget, spans: ReadableSpan[]): Uint8Array | undefined {
  const { JsonTraceSerializer, ProtobufTraceSerializer } =
    require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');
  if (protocol === 'http/json') return JsonTraceSerializer.serializeRequest(spans);
  return createTraceSerializer((data) => ProtobufTraceSerializer.deserializeResponse(data)).serializeRequest(
    spans,
  );
}
