import { countSelf, tell } from '@org/instrument-core';
import { type Deadline, startDeadline } from './deadline.ts';
import { type Delivery, describeLate } from './delivery.ts';
import { fault } from './diagnostics.ts';
import { createPatience } from './exit-delivery/patience.ts';

/** A part of a round. */
export interface Step {
  readonly end: Promise<unknown>;
  readonly of?: Delivery;
}

/** Rounds in which what is left is delivered, each under one deadline. */
export interface DeliveryRounds {
  /** Resolves to whether all steps have ended in time; those that have not are told of. Never rejects. */
  run(begin: (deadline: Deadline) => Step[]): Promise<boolean>;
  /** Milliseconds for which the end of the process may still be held up. */
  remaining(): number;
}

/** `before`: what each round waits for, within its deadline. */
export function createDeliveryRounds(timeoutMillis: number, before: Promise<void>): DeliveryRounds {
  const patience = createPatience(timeoutMillis);
  const report = (error: unknown): void => fault('export', error);
  return {
    remaining: patience.remaining,
    async run(begin) {
      const deadline = startDeadline(timeoutMillis);
      patience.begin(deadline);
      await deadline.wait(before, report);
      const steps = begin(deadline);
      const ended = await Promise.all(steps.map(({ end }) => deadline.wait(end, report)));
      const late = steps.filter((_, i) => ended[i] === false).map(({ of }) => of);
      patience.end(late.length === 0);
      if (late.length === 0) return true;
      // With 0 nobody meant to wait.
      if (timeoutMillis > 0) {
        countSelf('instrument.faults', 'deadline');
        tell('warn', describeLate(timeoutMillis, late));
      }
      return false;
    },
  };
}
