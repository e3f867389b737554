import { type Context, context, ROOT_CONTEXT, type Span, type SpanContext } from '@opentelemetry/api';
import { endWhenAbandoned, type Followed, forgetHandle, monotonicMillis } from '@org/instrument-core';
import { type CallSite, IDLE, type Operation } from './call-site.ts';
import { reportFault } from './faults.ts';
import { closeSpan, openSpan } from './span.ts';
import { attributesOf, errorTypeFor, isSuccess, metricAttributesOf, outcomeOf } from './verdict.ts';

/** The clock is read at the first and then at each 16th item. */
const CLOCK_MASK = 15;

/** The arguments of a call, kept only where `attributes` will ask for them. */
export type Arguments = ArrayLike<unknown>;

export const NO_ARGUMENTS: Arguments = [];

/**
 * One call under way, from its begin to its one end. Later attempts to end it do nothing. No method throws, but for want
 * of stack. It holds neither arguments nor result, so that it can outlive them.
 */
export class Call implements Followed<Arguments> {
  readonly site: CallSite;
  readonly startMillis: number;
  /** What the call began on; it ends there, whatever is installed meanwhile. */
  operation: Operation;
  token: unknown;
  span: Span | undefined;
  /** Context that the function, and each step of a stream, runs in; `undefined` when it is the caller's. */
  context: Context | undefined;
  spanContext: SpanContext | undefined;
  ended: boolean;
  /** When something was last seen of the call; the end of a call that nobody ended. */
  lastMillis: number;
  isWatched: boolean;
  #items: Operation | undefined;
  #count: number;

  constructor(site: CallSite, operation: Operation, token: unknown, startMillis: number) {
    this.site = site;
    this.startMillis = startMillis;
    this.operation = operation;
    this.token = token;
    this.span = undefined;
    this.context = undefined;
    this.spanContext = undefined;
    this.ended = false;
    this.lastMillis = startMillis;
    this.isWatched = false;
    this.#items = undefined;
    this.#count = 0;
  }

  get streamOption(): boolean | undefined {
    return this.site.settings.stream;
  }

  get isAsync(): boolean {
    return this.site.isAsync;
  }

  /** From now on the call is a stream: its items are counted, and its steps run in the context of the call. */
  stream(): void {
    if (this.#items !== undefined) return;
    this.#items = this.site.forItems(this.operation);
    if (this.context !== undefined) return;
    const active = context.active();
    if (active !== ROOT_CONTEXT || this.site.exemplars) this.context = active;
  }

  item(): void {
    if (this.ended) return;
    const isFirst = this.#count === 0;
    // A clock read costs several times what the step of a generator does.
    if ((this.#count++ & CLOCK_MASK) === 0) this.lastMillis = monotonicMillis();
    if (!isFirst) return;
    try {
      this.#items?.firstItem(this.lastMillis - this.startMillis);
    } catch (fault) {
      reportFault(this.site.names.operation, 'recording the first item', fault);
    }
  }

  succeed(result: unknown, args: Arguments): void {
    if (!this.ended) this.#end(monotonicMillis(), undefined, false, undefined, result, args);
  }

  fail(error: unknown, args: Arguments): void {
    if (!this.ended) this.#end(monotonicMillis(), undefined, true, error, undefined, args);
  }

  /** Who leaves a loop early has all that it wanted. */
  close(result: unknown, args: Arguments): void {
    this.succeed(result, args);
  }

  cancel(args: Arguments): void {
    if (!this.ended) this.#end(monotonicMillis(), 'cancelled', false, undefined, undefined, args);
  }

  /** Nobody will end the call any more: it ended well when something was last seen of it. */
  abandon(): void {
    if (!this.ended) this.#end(this.lastMillis, 'ok', false, undefined, undefined, undefined);
  }

  watch(handle: object): void {
    this.lastMillis = monotonicMillis();
    endWhenAbandoned(this, handle);
  }

  report(what: string, fault: unknown): void {
    reportFault(this.site.names.operation, what, fault);
  }

  #end(
    endMillis: number,
    known: string | undefined,
    thrown: boolean,
    error: unknown,
    result: unknown,
    args: Arguments | undefined,
  ): void {
    this.ended = true;
    const { site, span, operation } = this;
    forgetHandle(this);
    const outcome = known ?? outcomeOf(site, thrown, error, result);
    const attributes = args === undefined ? undefined : attributesOf(site, span, args, result);
    const kept = attributes === undefined ? undefined : metricAttributesOf(site, attributes);
    const errorType = errorTypeFor(site, outcome, thrown, error);
    try {
      this.#items?.items(this.#count);
    } catch (fault) {
      reportFault(site.names.operation, 'recording the items', fault);
    }
    const { active } = operation;
    try {
      if (outcome === 'ignored') operation.ignore(this.token);
      else {
        const success = isSuccess(outcome, thrown);
        operation.end(this.token, this.startMillis, endMillis, success, errorType, kept, this.spanContext);
      }
    } catch (fault) {
      if (active !== undefined && operation.active === active) operation.active = active - 1;
      reportFault(site.names.operation, 'recording the end', fault);
    }
    if (span === undefined) return;
    try {
      closeSpan(span, endMillis, outcome, errorType, attributes, thrown, error);
    } catch (fault) {
      reportFault(site.names.operation, 'ending the span', fault);
    }
  }
}

/**
 * Begins a call that needs more than metrics: opens its span. Throws only for want of stack, and then nothing has begun,
 * since `begin` is the last that is called.
 */
export function openCall(site: CallSite): Call {
  const { operation } = site;
  const call = new Call(site, IDLE, undefined, monotonicMillis());
  try {
    if (site.exemplars) {
      const { span, context, spanContext } = openSpan(site, call.startMillis);
      call.span = span;
      call.context = context;
      call.spanContext = spanContext;
    }
  } catch (fault) {
    reportFault(site.names.operation, 'opening the span', fault);
  }
  try {
    call.token = operation.begin(call.startMillis);
    call.operation = operation;
  } catch (fault) {
    reportFault(site.names.operation, 'recording the begin', fault);
  }
  return call;
}
