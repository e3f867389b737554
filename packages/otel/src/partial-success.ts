import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { countSelf } from '@org/instrument-core';
import type { OtlpTarget } from './otlp.ts';
import { reportForeignAnswer } from './otlp-transport/foreign-answer.ts';
import { bytesOf, numberOf } from './otlp-transport/proto-fields.ts';
import { receiverText } from './receiver-text.ts';

/** Field numbers of the services' responses and of what they say of a part (opentelemetry-proto, "collector"). */
const PARTIAL_SUCCESS = 1;
const REJECTED = 1;
const ERROR_MESSAGE = 2;
const OPENING_BRACE = '{'.charCodeAt(0);

/** What the receiver did not take; its counts are 64-bit integers, which OTLP JSON writes as text. */
interface PartialSuccess {
  readonly errorMessage?: string;
  readonly rejectedSpans?: number | string;
  readonly rejectedDataPoints?: number | string;
}

/**
 * The serializer, with every answer counted as a fault that says that a part of the data was rejected. The SDK says what
 * the answer was. One that cannot be read is reported as a fault, and says nothing. Nothing is to be sent again (OTLP
 * specification, "Partial Success").
 */
export function countRejections<Items, Response>(
  serializer: ISerializer<Items, Response>,
  target: OtlpTarget,
): ISerializer<Items, Response | undefined> {
  return {
    serializeRequest: (items) => serializer.serializeRequest(items),
    deserializeResponse(data) {
      const response = readAnswer(serializer, data, target);
      const partialSuccess = partialSuccessOf(response);
      const { errorMessage } = partialSuccess;
      if (isRejection(partialSuccess)) countSelf('instrument.faults', 'partial_success');
      // The SDK says it.
      return typeof errorMessage === 'string' && errorMessage !== ''
        ? {
            ...(response as Response),
            partialSuccess: { ...partialSuccess, errorMessage: receiverText(errorMessage, target.headers) },
          }
        : response;
    },
  };
}

/**
 * What an answer says of a part that was rejected, as the SDK words it; `undefined` when it says nothing. For when the
 * process ends, and nothing may be loaded any more. Throws where the answer cannot be read.
 */
export function rejectionIn(data: Uint8Array, target: OtlpTarget): string | undefined {
  if (data.length === 0) return undefined;
  const partialSuccess = isJson(data, target)
    ? partialSuccessOf(fromJson(data))
    : readPartialSuccess(data, target.signal);
  const says = isRejection(partialSuccess) || (partialSuccess.errorMessage ?? '') !== '';
  return says ? `Received Partial Success response: ${JSON.stringify(partialSuccess)}` : undefined;
}

function readPartialSuccess(data: Uint8Array, signal: OtlpTarget['signal']): PartialSuccess {
  const [partial = new Uint8Array()] = bytesOf(data, PARTIAL_SUCCESS);
  const [message = new Uint8Array()] = bytesOf(partial, ERROR_MESSAGE);
  const errorMessage = Buffer.from(message).toString();
  return {
    [signal === 'traces' ? 'rejectedSpans' : 'rejectedDataPoints']: numberOf(partial, REJECTED),
    ...(errorMessage === '' ? {} : { errorMessage }),
  };
}

function readAnswer<Items, Response>(
  serializer: ISerializer<Items, Response>,
  data: Uint8Array,
  target: OtlpTarget,
): Response | undefined {
  try {
    const isParsed = data.length > 0 && isJson(data, target);
    return isParsed ? (fromJson(data) as Response) : serializer.deserializeResponse(data);
  } catch {
    reportForeignAnswer(target, 'What is not in the format of the request');
    return undefined;
  }
}

/** Some answer in JSON to protobuf, too, in which no message begins like this. */
function isJson(data: Uint8Array, { protocol }: OtlpTarget): boolean {
  return protocol === 'http/json' || data[0] === OPENING_BRACE;
}

function fromJson(data: Uint8Array): object {
  const value: unknown = JSON.parse(Buffer.from(data).toString());
  if (typeof value === 'object' && value !== null) return value;
  throw new TypeError('An answer is an object');
}

function isRejection({ rejectedSpans = 0, rejectedDataPoints = 0 }: PartialSuccess): boolean {
  return Number(rejectedSpans) > 0 || Number(rejectedDataPoints) > 0;
}

function partialSuccessOf(response: unknown): PartialSuccess {
  return (response as { partialSuccess?: PartialSuccess | null } | null | undefined)?.partialSuccess ?? {};
}
