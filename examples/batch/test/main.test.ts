import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { RunReport } from '../src/report.ts';
import { type Bundle, bundle } from './support/bundle.ts';

let scripts: Bundle;
let root: string;
let files: string;
let out: string;
/** What a test has started, and a failed one may leave running. */
const programs: Program[] = [];

/** The file that says that a process has a directory. */
function lockOf(pid: number | undefined): string {
  return JSON.stringify({
    pid,
    host: hostname(),
    thread: 0,
    token: 'other',
    since: new Date().toISOString(),
  });
}

beforeAll(async () => {
  scripts = await bundle();
});

afterAll(() => scripts.remove());

beforeEach(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), 'batch-files-'));
  files = join(root, 'files');
  out = join(root, 'out');
  mkdirSync(files);
});

afterEach(async () => {
  for (const { child, ended } of programs.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(root, { recursive: true, force: true });
});

/** Files of some size, below a few directories. */
function writeFiles(count: number, bytes = 2_000): void {
  for (let i = 0; i < count; i++) {
    const directory = join(files, `d${i % 7}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `file-${i}.txt`), `${i} `.repeat(bytes / 4));
  }
}

/** Names of one file: long work without long preparation. */
function linkFiles(count: number, bytes: number): void {
  const first = join(files, 'file-0.txt');
  writeFileSync(first, Array.from({ length: bytes / 8 }, (_, i) => `${i}`.padStart(8)).join(''));
  for (let i = 1; i < count; i++) linkSync(first, join(files, `file-${i}.txt`));
}

const lines = (name: string): Record<string, unknown>[] =>
  readFileSync(join(out, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('the program', () => {
  it('hashes and compresses every file once, and its figures agree with its metrics', async () => {
    writeFiles(250);
    const program = start('--workers', '2', '--json');
    await program.ended;
    expect(program.child.exitCode, program.output.stderr).toBe(0);
    const report = JSON.parse(program.output.stdout) as RunReport;
    expect(report).toMatchObject({
      passed: true,
      outcome: 'completed',
      files: 250,
      total: 250,
      failed: 0,
      chunks: 3,
      crashes: 0,
      verification: { lines: 250, wrong: [] },
    });
    expect(report.verification.checked).toBe(250);
    expect(report.compressedBytes).toBeLessThan(report.bytes);
    expect(report.figures.every(({ shown, counted }) => shown === counted)).toBe(true);
    expect(new Set(lines('manifest.ndjson').map(({ path }) => path)).size).toBe(250);
    const told = lines('events.ndjson').map(({ event, name }) => `${name}: ${event}`);
    expect(told).toContain('batch: execution.started');
    expect(told.filter((text) => text === 'batch: execution.chunk.completed')).toHaveLength(3);
    expect(told.filter((text) => text === 'batch: execution.worker.started')).toHaveLength(2);
    expect(told).toContain('batch: execution.completed');
  });

  it('goes on when files fail, and counts them by their class', async () => {
    writeFiles(20);
    writeFileSync(join(files, 'large'), '');
    truncateSync(join(files, 'large'), 65 * 1_024 * 1_024);
    symlinkSync(join(files, 'large'), join(files, 'link'));
    writeFileSync(join(files, 'unreadable'), 'x');
    chmodSync(join(files, 'unreadable'), 0o000);
    // Root reads what nobody may.
    const failing = process.getuid?.() === 0 ? 1 : 2;
    const program = start('--workers', '2', '--json');
    await program.ended;
    const report = JSON.parse(program.output.stdout) as RunReport;
    expect(report).toMatchObject({ passed: true, files: 22, failed: failing });
    expect(report.errors).toMatchObject({ RangeError: 1 });
    expect(program.child.exitCode).toBe(0);
  });

  it('shows itself while it runs, and ends with what is under way on Ctrl-C', async () => {
    linkFiles(3_000, 200_000);
    const program = start('--workers', '1');
    await until('it says where its metrics are', () => program.output.stdout.includes('metrics: '));
    const url = /^metrics: (\S+)$/m.exec(program.output.stdout)?.[1] ?? '';
    let metrics = '';
    await until('files are processed', async () => {
      metrics = await (await fetch(url)).text();
      return /^batch_items_processed_total\{.*\} [1-9]/m.test(metrics);
    });
    expect(metrics).toMatch(/^batch_executions_active\{.*\} 1$/m);
    expect(metrics).toMatch(/^batch_workers_active\{.*\} 1$/m);
    expect(metrics).toMatch(/^batch_queue_depth\{.*\} [01]$/m);
    expect(metrics).toMatch(/^batch_items_remaining\{.*\} [1-9]/m);
    expect(metrics).toMatch(/^batch_throughput_per_second\{.*\} [1-9]/m);
    expect(metrics).toMatch(/^batch_workers_started_total\{.*\} 1$/m);
    expect(metrics).toMatch(/^batch_pool_task_duration_seconds_count\{.*success="true".*\} [1-9]/m);
    expect(metrics).toMatch(/^batch_pool_utilization_ratio\{.*\} 0?\.?\d+/m);
    expect(metrics).toMatch(/^batch_pool_task_wait_time_seconds\{.*quantile="0.99".*\} /m);
    program.child.kill('SIGINT');
    await program.ended;
    expect(program.child.exitCode, program.output.stderr).toBe(0);
    expect(program.output.stdout).toMatch(/^cancelled: [\d,]+ of 3,000 files/m);
    expect(program.output.stdout).toMatch(/^passed: /m);
    expect(program.output.stderr).toBe('');
    expect(lines('events.ndjson').some(({ event }) => event === 'execution.cancelled')).toBe(true);
  });

  it('ends with 1 when an object is not what the manifest says', async () => {
    writeFiles(40);
    const program = start('--workers', '1', '--json');
    await program.ended;
    const object = lines('manifest.ndjson')[0]?.object as string;
    writeFileSync(join(out, 'objects', object), 'rubbish');
    const { verify } = await import('../src/verify.ts');
    const { wrong } = await verify(join(out, 'manifest.ndjson'), join(out, 'objects'));
    expect(wrong).toEqual([lines('manifest.ndjson')[0]?.path]);
  });

  it('removes nothing that is not of a run, and nothing that another run writes', async () => {
    writeFiles(20);
    mkdirSync(join(out, 'objects'), { recursive: true });
    writeFileSync(join(out, 'objects', 'precious'), 'mine');
    const careless = start();
    await careless.ended;
    expect(careless.child.exitCode).toBe(2);
    expect(careless.output.stderr).toContain("has a directory 'objects' that is of no run");
    expect(readFileSync(join(out, 'objects', 'precious'), 'utf8')).toBe('mine');
    rmSync(join(out, 'objects'), { recursive: true });

    writeFileSync(join(out, 'lock'), lockOf(process.pid));
    const second = start();
    await second.ended;
    expect(second.child.exitCode).toBe(2);
    expect(second.output.stderr).toContain(`--out is in use by process ${process.pid}`);
    // A process that is gone.
    writeFileSync(join(out, 'lock'), lockOf(second.child.pid));
    const third = start('--workers', '1');
    await third.ended;
    expect(third.child.exitCode, third.output.stderr).toBe(0);
    expect(existsSync(join(out, 'lock'))).toBe(false);
  });

  it('says so when its results cannot be written', async () => {
    writeFiles(20);
    mkdirSync(out);
    symlinkSync('/dev/full', join(out, 'manifest.ndjson'));
    const program = start('--workers', '1');
    await program.ended;
    expect(program.child.exitCode).toBe(1);
    expect(program.output.stderr).toMatch(/^\[?Error: ENOSPC/);
    expect(program.output.stderr).not.toContain("Unhandled 'error' event");
  });

  it('sends its metrics to StatsD when asked to', async () => {
    writeFiles(30);
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    let received = '';
    server.on('message', (bytes) => {
      received += `${bytes}\n`;
    });
    const program = start('--statsd', String(server.address().port), '--json');
    await program.ended;
    await until('they are there', () => received.includes('batch.items.processed:30|c'));
    server.close();
    expect(received).toMatch(/^batch\.executions:1\|c/m);
  });

  it('ends with 2 for a mistake on the command line, and says which', async () => {
    for (const [args, says] of [
      [['--workers', 'many'], "--workers is 'many'"],
      [['--directory', join(root, 'nowhere')], 'which is no directory'],
      [['--worker', '2'], '--worker'],
    ] as const) {
      const program = start(...args);
      await program.ended;
      expect(program.child.exitCode).toBe(2);
      expect(program.output.stderr).toContain(says);
    }
  });
});

interface Program {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<unknown>;
}

function start(...args: string[]): Program {
  const child = spawn(process.execPath, [scripts.main, '--directory', files, '--out', out, ...args], {
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
