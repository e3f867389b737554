import { describe, expect, it } from 'vitest';
import { startTimeout } from '../src/timeout.ts';
import { awaitAnswer, standStill } from './standstill.ts';

describe('the end of a time', () => {
  it('comes after what arrived while the event loop stood still', async () => {
    const answer = await awaitAnswer();
    const seen: string[] = [];
    const read = answer.read.then(() => seen.push('answer'));
    const ended = new Promise<void>((resolve) => startTimeout(20, () => resolve(void seen.push('end'))));
    answer.send();
    standStill(50);
    await Promise.all([ended, read]);
    expect(seen).toEqual(['answer', 'end']);
    await answer.close();
  });

  it('does not come any more when it is stopped right after its time', async () => {
    let hasEnded = false;
    const stop = startTimeout(1, () => {
      hasEnded = true;
    });
    // In the same turn of the event loop.
    setTimeout(stop, 1);
    standStill(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hasEnded).toBe(false);
  });
});
