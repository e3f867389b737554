import { type Exception, type Span, SpanStatusCode } from '@opentelemetry/api';
import { isError, reasonOf } from './fault/reason-of.ts';

/**
 * Says on a span that its operation failed with `error`: `error.type`, the status `ERROR` with the message of the error and of
 * its causes, and the event `exception` (OpenTelemetry semantic conventions, "Recording errors on spans"). What was said before
 * the span throws stays said. A text that was thrown is its own message; an error of another realm and any object that has a
 * `message` are taken at their word.
 */
export function recordFailure(span: Span, errorType: string, error: unknown): void {
  const message = messageOf(error);
  markFailed(span, errorType, message);
  // Last, because it reads the error's own fields, which may throw; so may the span of a foreign tracer.
  span.recordException(isError(error) ? error : exceptionOf(error, errorType, message));
}

/** Says on a span that its operation failed, where nothing was thrown: `error.type`, and the status `ERROR`. */
export function markFailed(span: Span, errorType: string, message?: string): void {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return (isError(error) ? undefined : textOf(error, 'message')) ?? reasonOf(error);
}

/** What is no error of ours as one, so that the event has a type and a message whatever was thrown. */
function exceptionOf(thrown: unknown, errorType: string, message: string): Exception {
  const [code, stack] = [textOf(thrown, 'code'), textOf(thrown, 'stack')];
  return { ...(code && { code }), name: errorType, message, ...(stack && { stack }) };
}

/** A text that a thrown object has under `key`. Never throws. */
function textOf(thrown: unknown, key: string): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  try {
    const text: unknown = Reflect.get(thrown, key);
    return typeof text === 'string' && text !== '' ? text : undefined;
  } catch {
    return undefined;
  }
}
