import { diag } from '@opentelemetry/api';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { addExecutionHooks, type ExecutionHooks, instrumentedMap, trackExecution } from '../src/index.ts';
import { type Bed, createBed, thrownBy } from './support/bed.ts';

let bed: Bed;
const removers: (() => void)[] = [];
const said: string[] = [];

beforeEach(() => {
  bed = createBed({ listens: false });
  said.length = 0;
  const none = (): void => {};
  const logger = {
    error: (text: string) => void said.push(text),
    warn: none,
    info: none,
    debug: none,
    verbose: none,
  };
  diag.setLogger(logger, { suppressOverrideMessage: true });
});

afterEach(() => {
  for (const remove of removers.splice(0)) remove();
  diag.disable();
});

/** Hooks that write down what they are told. */
function noting(log: string[], who = ''): ExecutionHooks {
  return {
    before: ({ total }, run) => log.push(`${who}before ${total} ${run.name}`),
    after: ({ outcome, processed }) => log.push(`${who}after ${outcome} ${processed}`),
    onError: ({ scope, errorType }) => log.push(`${who}error ${scope} ${errorType}`),
    onProgress: ({ percentage }) => log.push(`${who}progress ${percentage}`),
    onChunkComplete: ({ chunk, items }) => log.push(`${who}chunk ${chunk} ${items}`),
    onWorkerStart: ({ worker }) => log.push(`${who}worker ${worker}`),
    onWorkerEnd: ({ worker, reason }) => log.push(`${who}worker ${worker} ${reason}`),
  };
}

describe('hooks', () => {
  it('are told all that happens, in order', async () => {
    const log: string[] = [];
    await thrownBy(() =>
      trackExecution('nightly', { ...bed.options, items: 4, hooks: noting(log) }, (run) => {
        run.worker((worker) => worker.itemDone(), 'w');
        run.itemFailed(new RangeError('item'));
        run.chunk((chunk) => chunk.itemDone());
        run.chunk(() => {
          throw new TypeError('chunk');
        });
      }),
    );
    expect(log).toEqual([
      'before 4 nightly',
      'worker w',
      'worker w finished',
      'error item RangeError',
      'chunk 0 1',
      'error chunk TypeError',
      'chunk 1 0',
      'error execution TypeError',
      'progress 75',
      'after failed 3',
    ]);
  });

  it('of all executions come before those of one, and can be added while it runs and removed', () => {
    const log: string[] = [];
    const hooks = [noting(log, 'first '), noting(log, 'second ')];
    trackExecution('nightly', { ...bed.options, hooks }, (run) => {
      const remove = addExecutionHooks({ onChunkComplete: () => log.push('global') });
      run.chunk(() => {});
      remove();
      remove();
      run.chunk(() => {});
    });
    expect(log.filter((text) => /chunk|global/.test(text))).toEqual([
      'global',
      'first chunk 0 0',
      'second chunk 0 0',
      'first chunk 1 0',
      'second chunk 1 0',
    ]);
  });

  it('may be the methods of an object', () => {
    class Counting {
      readonly outcomes: string[] = [];
      after({ outcome }: { readonly outcome: string }): void {
        this.outcomes.push(outcome);
      }
    }
    const own = new Counting();
    const all = new Counting();
    removers.push(addExecutionHooks(all));
    trackExecution('nightly', { ...bed.options, hooks: own }, () => {});
    expect([own.outcomes, all.outcomes]).toEqual([['completed'], ['completed']]);
  });

  it('that throw, reject or never end harm nobody, and are reported', async () => {
    const log: string[] = [];
    const throwing = (): never => {
      throw new Error('hostile hook');
    };
    const { onProgress: _, ...others } = noting(log);
    const hostile = Object.fromEntries(Object.keys(others).map((name) => [name, throwing]));
    const rejecting = {
      onProgress: () => Promise.reject(new Error('late hook')),
      after: () => new Promise(() => {}),
    };
    const hooks = [hostile, rejecting, noting(log)];
    const result = await instrumentedMap([1, 2], (item) => item, {
      ...bed.options,
      name: 'map',
      hooks,
      chunkSize: 1,
    });
    expect(result).toEqual([1, 2]);
    expect(log).toEqual(['before 2 map', 'chunk 0 1', 'chunk 1 1', 'progress 100', 'after completed 2']);
    await until('the rejection is reported', () => said.some((text) => text.includes('late hook')));
    expect(said.some((text) => text.includes('the hook before failed'))).toBe(true);
  });

  it('are refused when they are none', async () => {
    for (const wrong of [undefined, 'x', [], { onProgres: () => {} }, { after: 7 }]) {
      expect(await thrownBy(() => addExecutionHooks(wrong as never))).toBeInstanceOf(InstrumentError);
    }
    removers.push(addExecutionHooks({ after: () => {}, stop: () => {} } as ExecutionHooks));
  });

  it('get payloads that nobody makes when nobody listens', () => {
    let made = 0;
    const labels = { tenant: 'acme' };
    const { events } = bed;
    const emit = events.emit.bind(events);
    events.emit = ((...args: Parameters<typeof emit>) => {
      made++;
      emit(...args);
    }) as typeof emit;
    trackExecution('nightly', { ...bed.options, labels, chunkSize: 2 }, (run) => run.itemDone(10));
    expect(made).toBe(0);
  });
});
