import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { RunReport } from '../src/report.ts';
import { type Bundle, bundle } from './support/bundle.ts';

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
    child.kill('SIGTERM');
    await ended;
  }
});

describe('the program', () => {
  it('ends by itself with 0 and a report when every frame has its answer', async () => {
    const args = '--workers 2 --streams 8 --seconds 3 --kill-every 700ms --freeze-every never --json';
    const program = start(args);
    await program.ended;
    const report = JSON.parse(program.output.stdout) as RunReport;
    expect(program.child.exitCode, program.output.stderr).toBe(0);
    expect(report).toMatchObject({ passed: true, workers: 2, streams: 8 });
    expect(report.frames).toMatchObject({ lost: 0, wrong: 0, duplicates: 0, outOfOrder: 0 });
    expect(report.frames.verified).toBe(report.frames.sent);
    expect(report.frames.sent).toBeGreaterThan(0);
    expect(report.incidents.killed).toBeGreaterThan(0);
    expect(report.readiness[0]?.isReady).toBe(true);
  });

  it('shows its metrics and its health, and ends with 0 on Ctrl-C, its workers with it', async () => {
    const never = ['kill', 'freeze', 'cut', 'outage'].map((what) => `--${what}-every never`).join(' ');
    const program = start(`--workers 2 --streams 4 ${never}`);
    await until('frames are verified', () => /[1-9][\d,]* frames verified/.test(program.output.stdout));
    const url = (path: string) =>
      new RegExp(`^${path}: +(http:\\S+)$`, 'm').exec(program.output.stdout)?.[1] ?? '';
    const metrics = await (await fetch(url('/metrics'))).text();
    expect(metrics).toMatch(/^balancer_streams\{.*\} 4$/m);
    expect(metrics).toMatch(/^balancer_frames_total\{.*outcome="answered".*\} [1-9]/m);
    expect((await fetch(url('/readyz'))).status).toBe(200);
    const health = await (await fetch(url('/health'))).text();
    const workers = [...health.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    expect(workers).toHaveLength(2);
    expect(workers.every(isRunning)).toBe(true);
    program.child.kill('SIGINT');
    await program.ended;
    expect(program.child.exitCode, program.output.stderr).toBe(0);
    expect(program.output.stdout).toContain('passed: 4 streams over 2 workers');
    expect(program.output.stderr).toBe('');
    expect(workers.some(isRunning)).toBe(false);
  });

  it('refuses a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const program = start(`--port ${port}`);
    await program.ended;
    server.close();
    expect(program.child.exitCode).toBe(2);
    expect(program.output.stderr).toBe(`--port ${port} is taken\n`);
  });

  it('ends with 2 for a mistake on the command line, and says which', async () => {
    const program = start('--workers none');
    await program.ended;
    expect(program.child.exitCode).toBe(2);
    expect(program.output.stderr).toContain("--workers is 'none'");
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Program {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<unknown>;
}

function start(args: string): Program {
  const child = spawn(process.execPath, [scripts.main, ...args.split(' ')], {
    stdio: ['ignore', 'pipe', 'pipe'],
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
