import { createHealth, type Health, type StatusChangedEvent } from '@org/instrument-health';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type Chaos, createChaos } from '../src/chaos.ts';
import { type LoadProcess, startLoad } from '../src/load/process.ts';
import type { LoadFigures } from '../src/load/protocol.ts';
import { type Orchestrator, startOrchestrator } from '../src/orchestrator.ts';
import type { WorkerInstance } from '../src/workers/instance.ts';
import { type Bundle, bundle } from './support/bundle.ts';

const STREAMS = 12;

let scripts: Bundle;
let health: Health;
let orchestrator: Orchestrator;
let load: LoadProcess;
let chaos: Chaos;
/** Every change of status since the workers serve. */
let changes: StatusChangedEvent[];
const watching = new Set<AbortController>();

beforeAll(async () => {
  scripts = await bundle();
});

afterAll(() => scripts.remove());

beforeEach(async () => {
  health = createHealth();
  orchestrator = await startOrchestrator({
    workers: 3,
    port: 0,
    workerEntry: scripts.worker,
    health,
    // A busy machine is late; what is late here would be taken for what hangs.
    heartbeatTimeoutMillis: 1000,
  });
  changes = record(health);
  chaos = createChaos(orchestrator);
  load = startLoad(scripts.load, { port: orchestrator.listener.port, streams: STREAMS, rate: 50 });
  await served(200);
});

afterEach(async () => {
  for (const watch of watching) watch.abort();
  watching.clear();
  load.kill();
  await orchestrator.stop();
});

describe('streams over workers', () => {
  it('survive a worker that is killed: health says which, why, and that the system is still ready', async () => {
    const worker = workerNamed('worker-1');
    const before = worker.pid;
    chaos.kill(worker);
    await until('it is unhealthy', () => changesOf('worker-1').some(({ to }) => to === 'unhealthy'));
    await until('it is back', () => !orchestrator.incidents.isOpen('worker-1'));
    await served(200);

    expect(changesOf('worker-1').map(({ from, to }) => [from, to])).toEqual([
      ['healthy', 'unhealthy'],
      ['unhealthy', 'healthy'],
    ]);
    expect(changesOf('worker-1')[0]).toMatchObject({
      reason: 'killed by SIGKILL',
      rootCauses: ['worker-1'],
    });
    expect(changesOf('workers')[0]).toMatchObject({ to: 'degraded', rootCauses: ['worker-1'] });
    expect(orchestrator.readiness.map(({ isReady }) => isReady)).toEqual([true]);
    expect(worker.pid).not.toBe(before);
    expect(orchestrator.pool.respawned).toBe(1);
    expect(componentOf('worker-1').recovery).toMatchObject({ attempts: 1, lastOutcome: 'succeeded' });
    await nothingLost();
  });

  it('survive a worker that hangs with its connections open', async () => {
    const worker = workerNamed('worker-2');
    const before = worker.pid;
    chaos.freeze(worker);
    await until('it is back', () => !orchestrator.incidents.isOpen('worker-2'));
    await served(200);

    expect(changesOf('worker-2').map(({ to }) => to)).toEqual(['unhealthy', 'healthy']);
    expect(changesOf('worker-2')[0]?.reason).toMatch(/1000 ms/);
    expect(orchestrator.router.moved.unhealthy).toBeGreaterThan(0);
    expect(orchestrator.incidents.figures()).toMatchObject({
      frozen: 1,
      detection: { count: 1 },
      recovery: { count: 1 },
    });
    expect(worker.pid).not.toBe(before);
    await nothingLost();
  });

  it('survive the loss of all workers at once: not ready because of them, then ready again', async () => {
    chaos.outage();
    await until('it is ready again', () => orchestrator.readiness.length >= 3);
    await until('all are back', () => changesOf('workers').at(-1)?.to === 'healthy');
    await served(200);

    const names = ['worker-1', 'worker-2', 'worker-3'];
    expect(orchestrator.readiness.map(({ isReady }) => isReady)).toEqual([true, false, true]);
    const blamed = orchestrator.readiness[1]?.rootCauses ?? [];
    expect(blamed.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining([...blamed]));
    for (const name of names) {
      expect(changesOf(name)[0]).toMatchObject({ to: 'unhealthy', rootCauses: [name] });
    }
    expect(changes.filter(({ check }) => check === undefined).map(({ to }) => to)).toContain('unhealthy');
    expect(orchestrator.pool.respawned).toBe(3);
    await nothingLost();
  });

  it('are taken up again by clients whose connections are cut', async () => {
    for (let cut = 0; cut < 5; cut++) {
      chaos.cut();
      await until('it is taken up again', () => (load.figures?.reconnects ?? 0) > cut);
    }
    await served(200);
    expect(await nothingLost()).toMatchObject({ reconnects: 5 });
    expect(changes).toEqual([]);
  });

  it('are shared out evenly again when a worker is back', async () => {
    chaos.kill(workerNamed('worker-3'));
    await until('it is back', () => orchestrator.pool.respawned === 1);
    await until('it has its share', () => orchestrator.router.moved.rebalanced >= STREAMS / 3);
    expect(orchestrator.router.moved.rebalanced).toBe(STREAMS / 3);
    await nothingLost();
  });
});

/** Stops the load: every frame must have its answer by now, once, in order, and right. */
async function nothingLost(): Promise<LoadFigures> {
  const figures = await load.stop();
  const { sent } = figures;
  expect(figures).toMatchObject({
    answered: sent,
    verified: sent,
    wrong: 0,
    duplicates: 0,
    outOfOrder: 0,
  });
  return figures;
}

/** Waits until so many more frames are verified. */
async function served(frames: number): Promise<void> {
  const before = load.figures?.verified ?? 0;
  await until(`${frames} frames are verified`, () => (load.figures?.verified ?? 0) >= before + frames);
}

function record(of: Health): StatusChangedEvent[] {
  const recorded: StatusChangedEvent[] = [];
  const watch = new AbortController();
  watching.add(watch);
  void (async () => {
    for await (const event of of.watch({ signal: watch.signal })) {
      if (event.name === 'health.status.changed') recorded.push(event.payload);
    }
  })();
  return recorded;
}

function changesOf(name: string): StatusChangedEvent[] {
  return changes.filter(({ check }) => check === name);
}

function componentOf(name: string) {
  const [component] = health.report({ check: name }).components;
  if (component === undefined) throw new Error(`no component ${name}`);
  return component;
}

function workerNamed(name: string): WorkerInstance {
  const worker = orchestrator.pool.workers.find((one) => one.name === name);
  if (worker === undefined) throw new Error(`no worker ${name}`);
  return worker;
}
