import type { Context } from '@opentelemetry/api';
import { endWhenAbandoned, type Followed, follow, forgetHandle } from '../../src/index.ts';

/** The subject of all calls below. */
export const SUBJECT = 'subject';

/** A result in words; of an object, which may be hostile, no more than that it is one. */
export function textOf(result: unknown): string {
  return Object(result) === result ? 'an object' : String(result);
}

let begun = 0;

/** A call that writes down what it is told: `succeed all`, `item`, `abandon`. It began after those made before it. */
export class Told implements Followed<string> {
  readonly streamOption: boolean | undefined;
  readonly context: Context | undefined;
  readonly startMillis: number = ++begun;
  readonly said: string[] = [];
  ended = false;
  isWatched = false;

  constructor(streamOption?: boolean, context?: Context) {
    this.streamOption = streamOption;
    this.context = context;
  }

  /** What it was told but for items. */
  get ends(): string[] {
    return this.said.filter((what) => what !== 'item');
  }

  get items(): number {
    return this.said.length - this.ends.length;
  }

  succeed(result: unknown, subject: string): void {
    this.#end(`succeed ${textOf(result)}`, subject);
  }

  fail(error: unknown, subject: string): void {
    this.#end(`fail ${(error as Error).message}`, subject);
  }

  close(result: unknown, subject: string): void {
    this.#end(`close ${textOf(result)}`, subject);
  }

  cancel(subject: string): void {
    this.#end('cancel', subject);
  }

  abandon(): void {
    this.#end('abandon', SUBJECT);
  }

  watch(handle: object): void {
    endWhenAbandoned(this, handle);
  }

  report(what: string): void {
    this.said.push(`report ${what}`);
  }

  item(): void {
    if (!this.ended) this.said.push('item');
  }

  #end(how: string, subject: string): void {
    if (this.ended) return;
    this.ended = true;
    forgetHandle(this);
    this.said.push(subject === SUBJECT ? how : `${how} of another call`);
  }
}

/** Follows a result, and returns what its caller gets. */
export function followed<T>(call: Told, result: T): T {
  return follow(call, result, SUBJECT) as T;
}

/** Iterates it to its end, and counts its items. */
export async function countOf(stream: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}
