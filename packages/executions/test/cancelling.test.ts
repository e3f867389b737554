import { beforeEach, describe, expect, it } from 'vitest';
import { trackExecution } from '../src/index.ts';
import { type Bed, createBed, thrownBy } from './support/bed.ts';

let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

describe('cancelling', () => {
  const aborted = (reason?: unknown): AbortSignal => AbortSignal.abort(reason);

  it('reaches the work, and is told apart from failing', async () => {
    const stop = new AbortController();
    const error = await thrownBy(() =>
      trackExecution('nightly', { ...bed.options, signal: stop.signal, items: 2 }, async (run) => {
        stop.abort(new Error('enough'));
        run.signal.throwIfAborted();
      }),
    );
    expect((error as Error).message).toBe('enough');
    expect(bed.metric('nightly.executions')).toEqual({ 'error_type=cancelled,success=false': 1 });
    expect(bed.metric('nightly.errors')).toEqual({});
    expect(bed.payloads('execution.cancelled')[0]).toMatchObject({
      outcome: 'cancelled',
      reason: 'enough',
    });
  });

  it('counts for work that heeds it and returns, unless all its items are processed', () => {
    trackExecution('half', { ...bed.options, items: 2, signal: aborted() }, (run) => run.itemDone());
    trackExecution('whole', { ...bed.options, items: 2, signal: aborted() }, (run) => run.itemDone(2));
    expect(bed.heard.slice(-1)[0]?.name).toBe('execution.completed');
    expect(bed.payloads('execution.cancelled').map(({ name }) => name)).toEqual(['half']);
  });

  it('does not make a failure less of one', async () => {
    await thrownBy(() =>
      trackExecution('nightly', { ...bed.options, signal: aborted() }, () => {
        throw new TypeError('bad');
      }),
    );
    expect(bed.payloads('execution.failed')[0]?.errorType).toBe('TypeError');
  });

  it('can be done by the work itself, and by a signal that aborted long ago', () => {
    trackExecution('nightly', bed.options, (run) => {
      run.cancel('stop');
      expect(run.signal.aborted).toBe(true);
      expect(run.signal.reason).toBe('stop');
    });
    trackExecution('nightly', { ...bed.options, signal: aborted('before') }, (run) => {
      expect(run.signal.reason).toBe('before');
    });
    expect(bed.payloads('execution.cancelled')).toHaveLength(2);
  });

  it('leaves no listener on the signal', () => {
    const { signal } = new AbortController();
    let added = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      added++;
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      if (added > 0) added--;
      Reflect.apply(removeEventListener, signal, args);
    };
    trackExecution('nightly', { ...bed.options, signal }, (run) => void run.signal);
    expect(added).toBe(0);
  });
});
