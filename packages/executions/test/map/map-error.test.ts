import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { instrumentedMap, MapError } from '../../src/index.ts';
import { type Bed, createBed, thrownBy } from '../support/bed.ts';

let bed: Bed;
beforeEach(() => {
  bed = createBed();
});

describe('the error of a map that goes on', () => {
  it('says which items failed, in their order, and has the results of the others in their places', async () => {
    const fail = async (item: number): Promise<string> => {
      // The later ones fail first.
      await delay((4 - item) * 5);
      if (item % 2 === 1) throw new RangeError(`no ${item}`);
      return `took ${item}`;
    };
    const error = await thrownBy(() =>
      instrumentedMap([0, 1, 2, 3], fail, { ...bed.options, stopOnError: false }),
    );
    expect(error).toBeInstanceOf(MapError);
    expect(error).toBeInstanceOf(AggregateError);
    const { name, message, failures, results, errors } = error as MapError<string>;
    expect([name, message]).toEqual(['MapError', '2 of 4 items of fail failed']);
    expect(failures).toEqual([
      { index: 1, error: new RangeError('no 1') },
      { index: 3, error: new RangeError('no 3') },
    ]);
    expect(errors).toEqual(failures.map((failure) => failure.error));
    expect(Object.entries(results)).toEqual([
      ['0', 'took 0'],
      ['2', 'took 2'],
    ]);
    expect(results).toHaveLength(4);
  });
});
