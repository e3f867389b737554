import type {
  ReadableByteStreamController,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  ReadableStream as WebStream,
} from 'node:stream/web';
import type { Followed } from './followed.ts';
import { runIn } from './in-context.ts';

type Controller = ReadableStreamDefaultController<unknown> | ReadableByteStreamController;
type Reader = ReadableStreamDefaultReader<unknown> | ReadableStreamBYOBReader;

/**
 * Whether it is a web stream that can be followed: not being read by anybody, and with nothing that a stream over it
 * would lack. What Node.js makes itself (`from`, `tee`, `TransformStream`) is of an internal class that adds nothing.
 */
export function isFollowable(stream: WebStream<unknown>): boolean {
  if (stream.locked) return false;
  for (let holder: object | null = stream; holder !== ReadableStream.prototype; ) {
    if (holder === null || Object.getOwnPropertyNames(holder).some((name) => name !== 'constructor'))
      return false;
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return true;
}

const followedStreams = new WeakMap<object, WebStream<unknown>>();

/**
 * What was given out in place of a stream, to be given out again: the stream itself is locked since, and of no use to
 * who gets it a second time. `undefined` when it was never followed.
 */
export function followedOver(source: WebStream<unknown>): WebStream<unknown> | undefined {
  return followedStreams.get(source);
}

/**
 * Follows a web stream through another one over it, which is what the caller gets: bytes over bytes, for readers of
 * either mode, so that `Response`, `pipeTo` and `tee` take it. It queues nothing of its own: a chunk is read when the
 * consumer asks for one. Cancelling it cancels the source, and is the outcome `cancelled`.
 */
export function followWebStream<Subject>(
  call: Followed<Subject>,
  source: WebStream<unknown>,
  subject: Subject,
): WebStream<unknown> {
  call.stream?.();
  const followed = new FollowedSource(call, source, subject);
  const underlying = {
    start: (controller: Controller) => followed.start(controller),
    pull: (controller: Controller) => followed.pull(controller),
    cancel: (reason: unknown) => followed.cancel(reason),
  };
  const stream: WebStream<unknown> = followed.isBytes
    ? new ReadableStream({ ...underlying, type: 'bytes' })
    : new ReadableStream(underlying, { highWaterMark: 0 });
  const prototype = Object.getPrototypeOf(source);
  // Node.js's internal class disguises its instances with a `constructor` of their own; a user's subclass does not.
  if (prototype !== ReadableStream.prototype && !Object.hasOwn(source, 'constructor'))
    Object.setPrototypeOf(stream, prototype);
  followedStreams.set(source, stream);
  call.watch(stream);
  return stream;
}

class FollowedSource<Subject> {
  readonly isBytes: boolean;
  readonly #call: Followed<Subject>;
  readonly #subject: Subject;
  readonly #source: WebStream<unknown>;
  #reader: Reader;
  #byob = false;
  #reading = false;
  #over = false;
  /** How the source ended, seen while a chunk was on its way, which must come first. */
  #ending: { readonly error: unknown; readonly failed: boolean } | undefined;

  constructor(call: Followed<Subject>, source: WebStream<unknown>, subject: Subject) {
    this.#call = call;
    this.#subject = subject;
    this.#source = source;
    this.isBytes = isByteStream(source);
    this.#reader = source.getReader();
  }

  start(controller: Controller): void {
    this.#watch(controller);
  }

  async pull(controller: Controller): Promise<void> {
    const request = 'byobRequest' in controller ? (controller.byobRequest ?? undefined) : undefined;
    this.#reading = true;
    try {
      this.#take(controller, request !== undefined);
      await (request === undefined ? this.#read(controller) : this.#readInto(controller, request));
    } catch (error) {
      this.#fail(controller, error);
    }
    this.#reading = false;
    if (this.#ending !== undefined) this.#end(controller, this.#ending.failed, this.#ending.error);
  }

  cancel(reason: unknown): Promise<void> {
    this.#over = true;
    this.#call.cancel(this.#subject);
    return runIn(this.#call.context, () => this.#reader.cancel(reason));
  }

  async #read(controller: Controller): Promise<void> {
    const reader = this.#reader as ReadableStreamDefaultReader<unknown>;
    const { done, value } = await runIn(this.#call.context, () => reader.read());
    if (this.#over) return;
    if (done) return this.#finish(controller);
    this.#call.item?.();
    (controller as ReadableStreamDefaultController<unknown>).enqueue(value);
  }

  async #readInto(controller: Controller, request: ReadableStreamBYOBRequest): Promise<void> {
    const reader = this.#reader as ReadableStreamBYOBReader;
    const { done, value } = await runIn(this.#call.context, () =>
      reader.read(request.view as Uint8Array<ArrayBuffer>),
    );
    if (this.#over) return;
    if (done) {
      this.#finish(controller);
      // A closed byte stream still owes its reader the buffer back (Streams Standard, ReadableByteStreamTee).
      if (value === undefined) request.respond(0);
      else request.respondWithNewView(value);
      return;
    }
    this.#call.item?.();
    request.respondWithNewView(value as Uint8Array<ArrayBuffer>);
  }

  /** The reader of the source follows the mode in which the consumer reads now. */
  #take(controller: Controller, byob: boolean): void {
    if (byob === this.#byob) return;
    const before = this.#reader;
    this.#byob = byob;
    before.releaseLock();
    this.#reader = byob ? this.#source.getReader({ mode: 'byob' }) : this.#source.getReader();
    this.#watch(controller);
  }

  #watch(controller: Controller): void {
    const reader = this.#reader;
    const ended = (failed: boolean, error: unknown): void => {
      // A reader given back for one of the other mode rejects too.
      if (reader !== this.#reader) return;
      if (this.#reading) this.#ending = { failed, error };
      else this.#end(controller, failed, error);
    };
    reader.closed.then(
      () => ended(false, undefined),
      (error: unknown) => ended(true, error),
    );
  }

  #end(controller: Controller, failed: boolean, error: unknown): void {
    if (failed) this.#fail(controller, error);
    else this.#finish(controller);
  }

  #finish(controller: Controller): void {
    if (this.#over) return;
    this.#over = true;
    this.#call.succeed(undefined, this.#subject);
    controller.close();
  }

  #fail(controller: Controller, error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#call.fail(error, this.#subject);
    controller.error(error);
  }
}

/** Only a stream of bytes has readers that bring their own buffer. */
function isByteStream(stream: WebStream<unknown>): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
