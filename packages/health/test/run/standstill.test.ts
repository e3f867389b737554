import { expect, it } from 'vitest';
import { awaitAnswer, standStill } from '../../../core/test/standstill.ts';
import { AT_ONCE, createBed } from '../bed.ts';

it('a check whose answer came while the event loop stood still, until its time was over, has not timed out', async () => {
  const { read, send, close } = await awaitAnswer();
  const { health, component } = createBed();
  health.register('db', () => read, { ...AT_ONCE, timeout: 50 });
  const report = health.check();
  send();
  standStill(200);
  await report;
  expect(component('db')).toMatchObject({ status: 'healthy' });
  await close();
});
