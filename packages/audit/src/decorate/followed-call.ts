import type { AuditedCall } from './call.ts';
import type { Followed } from './follow/followed.ts';
import type { Ending, Subject } from './verdict.ts';

const abandoned = new FinalizationRegistry<AuditedCall>((call) => call.abandon());

/** A call whose result is being followed, with what `after` will ask for. */
export class FollowedCall implements Followed {
  readonly #call: AuditedCall;
  readonly #subject: Subject;
  #isWatched = false;

  constructor(call: AuditedCall, subject: Subject) {
    this.#call = call;
    this.#subject = subject;
  }

  get ended(): boolean {
    return this.#call.ended;
  }

  succeed(result: unknown): void {
    this.#end({ kind: 'returned', result });
  }

  fail(error: unknown): void {
    this.#end({ kind: 'threw', error });
  }

  cancel(): void {
    this.#end({ kind: 'cancelled' });
  }

  /** The call is held, but neither arguments nor `this`: through these the handle would keep itself alive. */
  watch(handle: object): void {
    this.#isWatched = true;
    abandoned.register(handle, this.#call, this.#call);
  }

  #end(ending: Ending): void {
    if (this.#call.ended) return;
    // An entry that stays costs the collector several times what taking it out does.
    if (this.#isWatched) abandoned.unregister(this.#call);
    this.#call.end(ending, this.#subject);
  }
}
