import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/write/circuit-breaker.ts';
import { persist } from '../../src/write/persist.ts';

describe('CircuitBreaker', () => {
  it('opens after failures in a row, tries once when its time is over, and closes when that goes well', () => {
    let now = 0;
    const states: string[] = [];
    const onChange = (state: string): unknown => states.push(state);
    const breaker = new CircuitBreaker({ failures: 2, openMillis: 100, onChange, now: () => now });
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(states).toEqual([]);
    breaker.failed();
    expect(breaker.waitMillis).toBe(100);
    now = 100;
    expect(breaker.waitMillis).toBe(0);
    breaker.attempt();
    breaker.failed();
    expect(breaker.waitMillis).toBe(100);
    breaker.attempt();
    breaker.succeeded();
    expect(states).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });
});

describe('persist', () => {
  const breaker = (): CircuitBreaker =>
    new CircuitBreaker({ failures: 2, openMillis: 30, onChange: () => {} });

  it('tries until it goes well, and waits for the breaker', async () => {
    const retries: { attempt: number; delayMillis: number }[] = [];
    let failures = 4;
    await persist(
      async () => {
        if (failures-- > 0) throw new Error('not yet');
      },
      {
        breaker: breaker(),
        signal: new AbortController().signal,
        onFailure: () => {},
        onRetry: (retry) => retries.push(retry),
      },
    );
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    for (const { delayMillis } of retries.slice(1)) expect(delayMillis).toBeGreaterThanOrEqual(29);
  });

  it('gives up when it is told to, with the last error', async () => {
    const giveUp = new AbortController();
    let failures = 0;
    const ended = persist(
      async () => {
        if (++failures === 3) giveUp.abort();
        throw new Error(`failure ${failures}`);
      },
      { breaker: breaker(), signal: giveUp.signal, onFailure: () => {}, onRetry: () => {} },
    );
    await expect(ended).rejects.toThrow('failure 3');
  });
});
