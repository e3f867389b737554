import { beforeEach, describe, expect, it } from 'vitest';
import { trackExecution } from '../src/index.ts';
import { type Bed, createBed, thrownBy } from './support/bed.ts';

let bed: Bed;
beforeEach(() => {
  bed = createBed();
});

describe('the first error', () => {
  it('is told of an execution that completed with failed items', () => {
    trackExecution('nightly', bed.options, (run) => {
      run.itemDone();
      run.itemFailed(new RangeError('bad row', { cause: new TypeError('no number') }));
      run.itemFailed(new SyntaxError('another'));
    });
    expect(bed.payloads('execution.completed')[0]).toMatchObject({
      errorType: 'none',
      reason: undefined,
      error: { type: 'RangeError', message: 'bad row: no number' },
    });
  });

  it('is told of one that failed, beside what it failed with', async () => {
    await thrownBy(() =>
      trackExecution('nightly', bed.options, (run) => {
        run.itemFailed(new RangeError('bad row'));
        throw new TypeError('too many');
      }),
    );
    expect(bed.payloads('execution.failed')[0]).toMatchObject({
      errorType: 'TypeError',
      reason: 'too many',
      error: { type: 'RangeError', message: 'bad row' },
    });
    await thrownBy(() =>
      trackExecution('nightly', bed.options, () => Promise.reject(new TypeError('at once'))),
    );
    expect(bed.payloads('execution.failed')[1]?.error).toEqual({ type: 'TypeError', message: 'at once' });
  });

  it('is none where nothing failed, or nobody said with what', () => {
    trackExecution('well', bed.options, (run) => run.itemDone());
    trackExecution('silent', bed.options, (run) => run.itemFailed());
    expect(bed.payloads('execution.completed').map(({ error }) => error)).toEqual([undefined, undefined]);
    trackExecution('odd', bed.options, (run) => {
      run.itemFailed();
      run.itemFailed('a text');
    });
    expect(bed.payloads('execution.completed')[2]?.error).toEqual({ type: 'string', message: '"a text"' });
  });

  it('is bounded, and whole text', () => {
    trackExecution('long', bed.options, (run) =>
      run.itemFailed(new Error(`${'x'.repeat(498)}😀${'y'.repeat(9_999)}`)),
    );
    const { message = '' } = bed.payloads('execution.completed')[0]?.error ?? {};
    expect(message).toBe(`${'x'.repeat(498)}…`);
  });

  it('is told of a worker that failed', async () => {
    await trackExecution('nightly', bed.options, async (run) => {
      await thrownBy(() => run.worker(() => Promise.reject(new RangeError('out of memory')), 'a'));
      run.worker(() => {}, 'b');
    });
    expect(bed.payloads('execution.worker.ended').map(({ worker, error }) => [worker, error])).toEqual([
      ['a', { type: 'RangeError', message: 'out of memory' }],
      ['b', undefined],
    ]);
    expect(bed.payloads('execution.completed')[0]?.error?.message).toBe('out of memory');
  });
});
