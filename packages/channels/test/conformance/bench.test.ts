import { expect, it } from 'vitest';
import { awaitAnswer, standStill } from '../../../core/test/standstill.ts';
import { soon } from '../../src/conformance/bench.ts';

it('what came while the event loop stood still did not take too long', async () => {
  const { read, send, close } = await awaitAnswer();
  const waiting = soon('deliver', read, 50);
  send();
  standStill(200);
  await expect(waiting).resolves.toBeUndefined();
  await close();
});

it('what does not come fails, and says what it was', async () => {
  await expect(soon('deliver', new Promise(() => {}), 20)).rejects.toThrow('deliver took longer than 20 ms');
});
