import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { countSelf } from '@org/instrument-core';

/** What the receiver did not take; its counts are 64-bit integers, which OTLP JSON writes as text. */
interface PartialSuccess {
  readonly rejectedSpans?: number | string;
  readonly rejectedDataPoints?: number | string;
}

/**
 * The serializer, with every answer counted as a fault that says that a part of the data was rejected. The SDK says what
 * the answer was, also of one that cannot be read. Nothing is to be sent again (OTLP specification, "Partial Success").
 */
export function countRejections<Items, Response>(
  serializer: ISerializer<Items, Response>,
): ISerializer<Items, Response> {
  return {
    serializeRequest: (items) => serializer.serializeRequest(items),
    deserializeResponse(data) {
      const response = readAnswer(serializer, data);
      const { rejectedSpans = 0, rejectedDataPoints = 0 } = partialSuccessOf(response);
      if (Number(rejectedSpans) > 0 || Number(rejectedDataPoints) > 0) {
        countSelf('instrument.faults', 'partial_success');
      }
      return response;
    },
  };
}

function readAnswer<Items, Response>(serializer: ISerializer<Items, Response>, data: Uint8Array): Response {
  try {
    return serializer.deserializeResponse(data);
  } catch (cause) {
    throw new Error('The answer is not in the format of the request', { cause });
  }
}

function partialSuccessOf(response: unknown): PartialSuccess {
  return (response as { partialSuccess?: PartialSuccess | null } | null)?.partialSuccess ?? {};
}
