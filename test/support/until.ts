import { setTimeout as delay } from 'node:timers/promises';

/** Time in milliseconds after which what is waited for does not come any more. */
const PATIENCE_MILLIS = 15_000;

/** Waits for a condition; throws, with what was waited for, when it does not come true. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLIS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(2);
  }
}
