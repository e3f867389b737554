import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHealth } from '@org/instrument-health';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../test/support/free-port.ts';
import { startOrchestrator } from '../src/orchestrator.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stream-balancer-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('startOrchestrator', () => {
  it('says that a worker does not come up, and leaves nothing registered', async () => {
    const workerEntry = script('ends.mjs', 'process.exit(3);');
    const health = createHealth();
    await expect(startOrchestrator({ workers: 2, port: 0, workerEntry, health })).rejects.toThrow(
      'the worker ended before it served (exit code 3)',
    );
    expect(health.names()).toEqual([]);
  });

  it('ends the workers when it cannot go on, here because their names are taken', async () => {
    const address = JSON.stringify({ kind: 'ready', streamPort: 1, healthPort: 1 });
    const workerEntry = script(
      'stays.mjs',
      `process.on('disconnect', process.exit); process.send(${address});`,
    );
    const health = createHealth();
    health.register('worker-1', () => true);
    const port = await freePort();
    await expect(startOrchestrator({ workers: 1, port, workerEntry, health })).rejects.toThrow(/worker-1/);
    expect(health.names()).toEqual(['worker-1']);
    expect(await isRefused(port)).toBe(true);
  });
});

function script(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
