import { type EventBus, reasonOf, reportFault } from '@org/instrument-core';
import type { AuditState, AuditStateEvent } from '../events.ts';

/** What is told with a change of state. */
type Figures = Pick<AuditStateEvent, 'waitingEntries' | 'waitingBytes' | 'shed'>;

/** What the journal can do at the moment: told as events, and as faults when it got worse. */
export class JournalState {
  readonly #directory: string;
  readonly #events: EventBus;
  readonly #figures: () => Figures;
  #state: AuditState = 'open';
  #reason: string | undefined;

  constructor(directory: string, events: EventBus, figures: () => Figures) {
    this.#directory = directory;
    this.#events = events;
    this.#figures = figures;
  }

  get state(): AuditState {
    return this.#state;
  }

  /** Why it is not `open`. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** The disk does not take what it is given. */
  wait(error: unknown): void {
    reportFault('audit', 'writing the journal', error);
    if (this.#state === 'open') this.#change('waiting', reasonOf(error));
    else if (this.#state !== 'closed') this.#reason = reasonOf(error);
  }

  /** There is no room for an entry. */
  full(): void {
    if (this.#state === 'full' || this.#state === 'closed') return;
    this.#change('full', this.#reason ?? 'more entries came than the disk could take');
  }

  /** All is well again. */
  open(): void {
    if (this.#state === 'waiting' || this.#state === 'full') this.#change('open', undefined);
  }

  /** `reason`: why, when it was not asked for. */
  close(reason?: string): void {
    if (this.#state !== 'closed') this.#change('closed', reason);
  }

  #change(to: AuditState, reason: string | undefined): void {
    const from = this.#state;
    this.#state = to;
    this.#reason = reason;
    this.#events.emit('audit.state', {
      directory: this.#directory,
      from,
      to,
      reason,
      ...this.#figures(),
      timestampMillis: Date.now(),
    });
  }
}
