import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useChildren } from './child.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const startChild = useChildren();

describe('a process that has nothing else to do', () => {
  it('ends when the delivery has ended that is under way', async () => {
    const child = await startChild({ env: { TASK: 'finish', DIRECTORY: join(scratch(), 'outbox') } });
    expect(await child.end).toBe(0);
    expect(child.lines).toEqual(['delivered 1,2,3']);
  });

  it('ends in spite of what waits, which the next one delivers', async () => {
    const directory = join(scratch(), 'outbox');
    const child = await startChild({ env: { TASK: 'refuse', DIRECTORY: directory } });
    expect(await child.end).toBe(0);
    expect(child.lines).toEqual(['delivered ']);
    const next = await startChild({ env: { DIRECTORY: directory } });
    await next.ask('open', true);
    expect(await next.ask('flush')).toBe(true);
    expect(await next.ask('delivered')).toEqual([1, 2, 3]);
  });
});
