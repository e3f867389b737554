import type { Answer } from '../otlp-http/post.ts';
import { COURIER_PROGRAM } from './courier-program.ts';
import type { FinalRequest } from './final-request.ts';

/** What became of a request: an answer, or why there was none. Nothing of it: it was taken, and that is all that is known. */
export interface Outcome {
  /** Over HTTP. */
  readonly answer?: Answer;
  /** Over gRPC. */
  readonly grpc?: GrpcAnswer;
  /** Why there is no answer. */
  readonly reason?: string;
  /** The code of the fault, or the status of HTTP in place of an answer of gRPC. */
  readonly code?: number | string | undefined;
}

/** What a receiver answered over gRPC. */
export interface GrpcAnswer {
  readonly status: number;
  /** Percent-encoded, as it is sent. */
  readonly message: string;
  readonly body: Uint8Array;
  readonly isComplete: boolean;
}

/**
 * Sends requests while the calling thread stands still, for at most `timeoutMillis`. Returns what became of each, in their
 * order. A thread of its own does the sending: it starts even while this one ends. Throws where no thread can be started.
 */
export function sendNow(requests: readonly FinalRequest[], timeoutMillis: number): Outcome[] {
  // Not imported: every start would pay half a millisecond for what most processes never need.
  const { MessageChannel, receiveMessageOnPort, Worker } = process.getBuiltinModule('node:worker_threads');
  const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { port1, port2 } = new MessageChannel();
  // What NODE_OPTIONS preloads (this SDK, often) has no business in the courier.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const courier = new Worker(COURIER_PROGRAM, {
    eval: true,
    execArgv: [],
    env,
    // Its warnings are not the application's.
    stdout: true,
    stderr: true,
    workerData: { requests, port: port2, done, endsAt: Date.now() + timeoutMillis },
    transferList: [port2],
  });
  courier.on('error', () => {});
  Atomics.wait(done, 0, 0, timeoutMillis);
  const outcomes: Outcome[] = requests.map(() => ({
    reason: `no answer within ${Math.round(timeoutMillis)} ms`,
  }));
  for (let answer = receiveMessageOnPort(port1); answer !== undefined; answer = receiveMessageOnPort(port1)) {
    const { index, ...outcome } = answer.message as Outcome & { readonly index: number };
    outcomes[index] = outcome;
  }
  port1.close();
  return outcomes;
}
