import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { countSelf } from '@org/instrument-core';
import type { OtlpTarget } from './otlp.ts';
import { receiverText } from './receiver-text.ts';

/** What the receiver did not take; its counts are 64-bit integers, which OTLP JSON writes as text. */
interface PartialSuccess {
  readonly errorMessage?: string;
  readonly rejectedSpans?: number | string;
  readonly rejectedDataPoints?: number | string;
}

/**
 * The serializer, with every answer counted as a fault that says that a part of the data was rejected. The SDK says what
 * the answer was, also of one that cannot be read. Nothing is to be sent again (OTLP specification, "Partial Success").
 */
export function countRejections<Items, Response>(
  serializer: ISerializer<Items, Response>,
  headers: OtlpTarget['headers'],
): ISerializer<Items, Response> {
  return {
    serializeRequest: (items) => serializer.serializeRequest(items),
    deserializeResponse(data) {
      const response = readAnswer(serializer, data);
      const partialSuccess = partialSuccessOf(response);
      const { errorMessage, rejectedSpans = 0, rejectedDataPoints = 0 } = partialSuccess;
      if (Number(rejectedSpans) > 0 || Number(rejectedDataPoints) > 0) {
        countSelf('instrument.faults', 'partial_success');
      }
      // The SDK says it.
      return typeof errorMessage === 'string' && errorMessage !== ''
        ? {
            ...response,
            partialSuccess: { ...partialSuccess, errorMessage: receiverText(errorMessage, headers) },
          }
        : response;
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
