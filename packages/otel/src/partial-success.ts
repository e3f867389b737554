import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { countSelf } from '@org/instrument-core';

/** What the receiver did not take; its counts are 64-bit integers, which OTLP JSON writes as text. */
interface PartialSuccess {
  readonly rejectedSpans?: number | string;
  readonly rejectedDataPoints?: number | string;
}

/**
 * The serializer, with every answer counted as a fault that says that a part of the data was rejected. The SDK says what
 * the answer was. Nothing is to be sent again (OTLP specification, "Partial Success").
 */
export function countRejections<Items, Response>(
  serializer: ISerializer<Items, Response>,
): ISerializer<Items, Response> {
  return {
    serializeRequest: (items) => serializer.serializeRequest(items),
    deserializeResponse(data) {
      const response = serializer.deserializeResponse(data);
      const { rejectedSpans = 0, rejectedDataPoints = 0 } = partialSuccessOf(response);
      if (Number(rejectedSpans) > 0 || Number(rejectedDataPoints) > 0) {
        countSelf('instrument.faults', 'partial_success');
      }
      return response;
    },
  };
}

function partialSuccessOf(response: unknown): PartialSuccess {
  return (response as { partialSuccess?: PartialSuccess | null } | null)?.partialSuccess ?? {};
}
