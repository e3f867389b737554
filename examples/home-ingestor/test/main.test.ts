import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { RunReport } from '../src/report.ts';
import { type Bundle, bundle } from './support/bundle.ts';
import { freshDirectory } from './support/directory.ts';

let scripts: Bundle;
/** What a test has started, and a failed one may leave running. */
const programs: Program[] = [];

beforeAll(async () => {
  scripts = await bundle();
});

afterAll(() => scripts.remove());

afterEach(async () => {
  for (const { child, ended } of programs.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await ended;
  }
});

describe('the program', () => {
  it('ends with 0 when every event is in the files once, in spite of all faults; and goes on where it stopped', async () => {
    const out = freshDirectory();
    const args = ['--devices', '8', '--rate', '60', '--seconds', '4', '--json', '--out', out];
    const first = await reportOf(args);
    expect(first).toMatchObject({
      passed: true,
      files: { lost: 0, twice: 0, wrong: 0, broken: 0, earlier: 0 },
    });
    expect(first.files.events).toBe(first.devices.events);
    expect(first.faults).toMatchObject({ brokerRestarts: 1, diskFilled: expect.any(Number) });
    expect(first.ingestor.circuitChanges).toBeGreaterThan(0);
    expect(first.ingestor.reconnects).toBeGreaterThan(0);
    expect(first.ingestor.duplicates).toBeGreaterThanOrEqual(first.devices.copies);
    expect(first.ingestor.malformed).toBeGreaterThanOrEqual(first.devices.malformed);
    expect(first.devices.malformed).toBeGreaterThan(0);
    for (const { what, counted, metric } of first.metrics) expect(metric, what).toBe(counted);

    const second = await reportOf([
      '--devices',
      '4',
      '--seconds',
      '1',
      '--faults',
      'off',
      '--json',
      '--out',
      out,
    ]);
    expect(second).toMatchObject({ passed: true, files: { earlier: first.files.events, lost: 0, twice: 0 } });
    expect(second.ingestor).toMatchObject({ duplicates: 0, malformed: 0, errors: 0, retries: 0 });
  });

  it('shows its metrics and its health, and ends with 0 on Ctrl-C', async () => {
    const program = start(['--devices', '4', '--faults', 'off', '--out', freshDirectory()]);
    await until('events are written', () => /[1-9][\d,]* written/.test(program.output.stdout));
    const url = (path: string) =>
      new RegExp(`^${path}: +(http:\\S+)$`, 'm').exec(program.output.stdout)?.[1] ?? '';
    const metrics = await (await fetch(url('/metrics'))).text();
    for (const line of [
      /^ingest_events_total\{.*domain="sensor",entity="temperature",success="true".*\} [1-9]/m,
      /^ingest_event_duration_seconds_bucket\{/m,
      /^ingest_circuit_state\{.*state="closed".*\} 1$/m,
      /^ingest_connection_state\{.*state="connected".*\} 1$/m,
      /^ingest_connection_uptime_seconds\{/m,
      /^ingest_data_volume_bytes_total\{.*direction="in".*\} [1-9]/m,
      /^ingest_deduplication_checked_total\{/m,
      /^ingest_queue_depth\{/m,
      /^ingest_queue_utilization_ratio\{/m,
      /^ingest_cache_requests_total\{.*result="hit".*\} [1-9]/m,
    ]) {
      expect(metrics).toMatch(line);
    }
    const report = (await (await fetch(url('/health'))).json()) as { status: string };
    expect(report.status).toBe('pass');
    program.child.kill('SIGINT');
    await program.ended;
    expect(program.child.exitCode, program.output.stderr).toBe(0);
    expect(program.output.stdout).toContain('each in the files once; the metrics agree');
    expect(program.output.stderr).toBe('');
  });

  it('can be interrupted at any moment by Ctrl-C, which reaches its processes too', async () => {
    const interrupted = async (moment: RegExp): Promise<void> => {
      const program = start(['--devices', '4', '--out', freshDirectory()], { detached: true });
      await until(`it says ${moment}`, () => moment.test(program.output.stdout));
      process.kill(-(program.child.pid as number), 'SIGINT');
      await program.ended;
      const { stdout, stderr } = program.output;
      const isEarly = stderr === 'interrupted before the first event\n';
      expect(stderr, stdout).toBe(isEarly ? stderr : '');
      expect(program.child.exitCode).toBe(isEarly ? 1 : 0);
      expect(isEarly || stdout.includes('the metrics agree')).toBe(true);
    };
    await Promise.all([/connecting/, /files: /, /broker: connected/, /1 s · /].map(interrupted));
  });

  it('leaves a directory alone that another one has, and takes it when that is gone', async () => {
    const out = freshDirectory();
    const first = start(['--devices', '1', '--faults', 'off', '--out', out]);
    await until('it runs', () => first.output.stdout.includes('broker: connected'));
    const second = start(['--out', out]);
    await second.ended;
    expect(second.child.exitCode).toBe(2);
    expect(second.output.stderr).toContain(`--out is in use by process ${first.child.pid}`);
    first.child.kill('SIGKILL');
    await first.ended;
    await reportOf(['--devices', '1', '--faults', 'off', '--seconds', '0.2', '--json', '--out', out]);
  });

  it('says in a line that it cannot write where it was told to', async () => {
    const program = start(['--out', '/dev/null/out']);
    await program.ended;
    expect(program.child.exitCode).toBe(2);
    expect(program.output.stderr).toMatch(/^--out \/dev\/null\/out cannot be used: ENOTDIR.*\n$/);
  });

  it('refuses a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const program = start(['--port', String(port), '--out', freshDirectory()]);
    await program.ended;
    server.close();
    expect(program.child.exitCode).toBe(2);
    expect(program.output.stderr).toBe(`--port ${port} is taken\n`);
  });

  it('says that there is no broker where it was told to look', async () => {
    const program = start(['--broker', 'mqtt://127.0.0.1:1', '--out', freshDirectory()]);
    await until('it has tried', () => program.output.stdout.includes('reconnecting, ECONNREFUSED'));
    program.child.kill('SIGINT');
    await program.ended;
    expect(program.child.exitCode).toBe(1);
    expect(program.output.stderr).toContain('nothing could be subscribed to at mqtt://127.0.0.1:1');
  });
});

async function reportOf(args: readonly string[]): Promise<RunReport> {
  const program = start(args);
  await program.ended;
  expect(program.child.exitCode, program.output.stdout + program.output.stderr).toBe(0);
  return JSON.parse(program.output.stdout) as RunReport;
}

interface Program {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<unknown>;
}

function start(args: readonly string[], { detached = false } = {}): Program {
  const child = spawn(process.execPath, [scripts.main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
    // From Node 24 on, that MQTT.js calls `url.parse()` is said on standard error.
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=DEP0169' },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const program = { child, output, ended: once(child, 'close') };
  programs.push(program);
  return program;
}
