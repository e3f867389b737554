import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { settle, useRecording } from '../recording.ts';

const recording = useRecording();
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

test('generators and lazy thenables that nobody finishes do not stay active for ever', async () => {
  const generate = instrumentFunction(function* () {
    yield 1;
    yield 2;
  });
  const query = instrumentFunction(
    // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
    (self: { then?: () => void }) => Object.assign(self, { then: () => {} }),
    { attributes: () => ({}), metricAttributes: ['a'] },
  );
  const abandon = (): void => {
    generate();
    generate().next();
    query({});
  };
  abandon();
  expect(recording.current.active).toBe(3);
  await vi.waitFor(async () => {
    collectGarbage();
    await settle();
    expect(recording.current.active).toBe(0);
  });
  expect(recording.current.outcomes).toEqual(['none', 'none', 'none']);
});
