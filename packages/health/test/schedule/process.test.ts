import { describe, expect, it } from 'vitest';
import { runToEnd } from './process.ts';

const HANGS = `const health = createHealth();
health.register('hangs', () => new Promise(() => {}), { timeout: 300 });`;

describe('the process', () => {
  it('ends by itself while checks run in the background, a recovery is planned and somebody watches', async () => {
    const { code, stdout } = await runToEnd(`${HANGS}
      health.register('down', () => false, { failureThreshold: 1, recover: () => {} });
      await health.check({ check: 'down' });
      health.start();
      void health.watch().next();
      process.on('exit', () => console.log('ended', health.names().join()));
    `);
    expect([code, stdout]).toEqual([0, 'ended hangs,down\n']);
  });

  it('stays for the answer of a check that somebody waits for', async () => {
    const { code, stdout } = await runToEnd(`${HANGS}
      const { status, components } = await health.check();
      console.log(status, components[0].reason);
    `);
    expect([code, stdout]).toEqual([0, 'unhealthy did not end within 300 ms\n']);
  });

  it('stays for two that wait, and no longer than for the second', async () => {
    const { code, stdout } = await runToEnd(`${HANGS}
      health.register('slower', () => new Promise(() => {}), { timeout: 600, probes: ['slow'] });
      health.start();
      const answers = ['readiness', 'slow'].map((probe) => health.check({ probe }));
      for (const answer of answers) console.log((await answer).components[0].name);
    `);
    expect([code, stdout]).toEqual([0, 'hangs\nslower\n']);
  });
});
