import type { OtlpTarget } from '../otlp.ts';
import { GrpcStatusError } from '../otlp-grpc/status.ts';
import type { Answer } from '../otlp-http/post.ts';
import { isPage } from '../otlp-http/reason.ts';
import { statusErrorOf } from '../otlp-http/status.ts';
import { foreignAnswer } from '../otlp-transport/foreign-answer.ts';
import { decoded } from '../otlp-transport/url-credentials.ts';
import { rejectionIn } from '../partial-success.ts';
import type { GrpcAnswer, Outcome } from './courier.ts';

/** The status of HTTP under which a receiver says what it has not taken, by either protocol. */
const TAKEN = 200;

/** What there is to say of a last delivery, as the exporters have it while the process runs; nothing when all of it was taken. */
export function errorOf(outcome: Outcome, target: OtlpTarget, url: string): Error | undefined {
  const { answer, grpc, reason, code } = outcome;
  if (answer !== undefined) return ofHttp(answer, target, url);
  if (grpc !== undefined) return ofGrpc(grpc, target);
  if (reason === undefined) return undefined;
  return Object.assign(new Error(reason), { code });
}

function ofHttp(answer: Answer, target: OtlpTarget, url: string): Error | undefined {
  const { status, contentType = '', body, isComplete } = answer;
  if (status < 200 || status > 299) return statusErrorOf(answer, new URL(url));
  if (isPage(answer)) return foreignAnswer(`A page (${contentType})`);
  return isComplete ? rejection(body, target) : undefined;
}

function ofGrpc({ status, message, body, isComplete }: GrpcAnswer, target: OtlpTarget): Error | undefined {
  if (status !== 0) return new GrpcStatusError({ code: status, details: decoded(message) });
  return isComplete ? rejection(body, target) : undefined;
}

function rejection(body: Uint8Array, target: OtlpTarget): Error | undefined {
  try {
    const said = rejectionIn(body, target);
    return said === undefined ? undefined : Object.assign(new Error(said), { code: TAKEN });
  } catch {
    return foreignAnswer('What is not in the format of the request');
  }
}
