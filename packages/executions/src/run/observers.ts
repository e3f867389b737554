import { type EventBus, reportFault } from '@org/instrument-core';
import type { ExecutionEvent, ExecutionEventMap } from '../events.ts';
import type { ExecutionRun } from '../execution.ts';
import { addedHooks, type ExecutionFailure, type ExecutionHooks, type HookName } from '../hooks.ts';

/** What is told, without what all events say. */
type Telling<Event> = Omit<Event, keyof ExecutionEvent>;
type EventName = keyof ExecutionEventMap;

/** The hook that gets an event. */
const HOOK_OF: Readonly<Record<EventName, HookName>> = {
  'execution.started': 'before',
  'execution.progress': 'onProgress',
  'execution.chunk.completed': 'onChunkComplete',
  'execution.worker.started': 'onWorkerStart',
  'execution.worker.ended': 'onWorkerEnd',
  'execution.completed': 'after',
  'execution.failed': 'after',
  'execution.cancelled': 'after',
};

/** Who is told what happens in an execution: its hooks, those of all executions, and the bus. No method throws. */
export class Observers {
  readonly #own: readonly ExecutionHooks[];
  readonly #bus: EventBus;
  readonly #subject: Omit<ExecutionEvent, 'timestampMillis'>;

  constructor(
    own: readonly ExecutionHooks[],
    bus: EventBus,
    subject: Omit<ExecutionEvent, 'timestampMillis'>,
  ) {
    this.#own = own;
    this.#bus = bus;
    this.#subject = subject;
  }

  /** Tells an event to its hooks, which get `run` too, and to the bus; `tell` is called only when somebody hears it. */
  tell<Name extends EventName>(
    event: Name,
    tell: () => Telling<ExecutionEventMap[Name]>,
    run?: ExecutionRun,
  ): void {
    const isOnBus = this.#bus.hears(event);
    const hook = HOOK_OF[event];
    if (!isOnBus && !this.#hasHook(hook)) return;
    const payload = {
      ...this.#subject,
      timestampMillis: Date.now(),
      ...tell(),
    } as unknown as ExecutionEventMap[Name];
    this.#call(hook, payload, run);
    if (isOnBus) this.#bus.emit(event, payload as never);
  }

  /** Tells the hooks of a failure. */
  failed(tell: () => Telling<ExecutionFailure>): void {
    if (!this.#hasHook('onError')) return;
    this.#call('onError', { ...this.#subject, timestampMillis: Date.now(), ...tell() });
  }

  #hasHook(name: HookName): boolean {
    for (const hooks of this.#own) if (hooks[name] !== undefined) return true;
    for (const hooks of addedHooks()) if (hooks[name] !== undefined) return true;
    return false;
  }

  #call(name: HookName, payload: unknown, run?: ExecutionRun): void {
    for (const hooks of addedHooks()) callHook(hooks, name, payload, run);
    for (const hooks of this.#own) callHook(hooks, name, payload, run);
  }
}

function callHook(
  hooks: ExecutionHooks,
  name: HookName,
  payload: unknown,
  run: ExecutionRun | undefined,
): void {
  const hook = hooks[name];
  if (hook === undefined) return;
  try {
    const result = hook(payload as never, run as never);
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      Promise.resolve(result).catch((fault: unknown) => reportFault('executions', `the hook ${name}`, fault));
    }
  } catch (fault) {
    reportFault('executions', `the hook ${name}`, fault);
  }
}
