import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import type { BackgroundProcess } from './harness/background-process.ts';
import { it, type Lab } from './harness/lab.ts';
import { writeSourceTree } from './harness/source-tree.ts';

/** Starts a comparison over a small tree. */
function startComparison(lab: Lab, ...flags: string[]): BackgroundProcess {
  const tree = writeSourceTree(lab.directory);
  return lab.startProgram('examples/ast-pipeline/dist/main.js', ['--compare', '--dir', tree, ...flags]);
}

/** Processes below this one. */
function childrenOf(pid: number | undefined): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.trim().split(/\s+/).filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('a comparison measures each role in processes of its own, and says what it found', async ({ lab }) => {
  const comparison = startComparison(lab, '--limit', '150', '--warm-up', '200', '--rounds', '2');
  expect(await comparison.end).toEqual({ code: 0, signal: null });
  expect(comparison.stderr).toBe('');
  const lines = comparison.stdout.split('\n');
  expect(
    lines.filter((line) => /^\d of each · \d+ s · CPU per file: off \d+\.\d+ ms, /.test(line)),
  ).toHaveLength(2);
  expect(comparison.stdout).toContain('2 fresh processes of each kind');
  expect(comparison.stdout).toContain('1,200 files measured in each, after 200 of warm-up.');
  for (const name of ['on, 10.00 % of the files traced', 'on, every file traced', 'off again: the noise']) {
    const share = String.raw`-?\d+(\.\d+)? %`;
    const interval = `${share} … ${share}`;
    expect(comparison.stdout).toMatch(
      new RegExp(`^${name} +${share} +${interval} +${share} +${interval}$`, 'm'),
    );
  }
  const spans = /\/v1\/traces (\d+) ×/.exec(comparison.stdout)?.[1];
  expect(Number(spans)).toBeGreaterThan(0);
});

it('a comparison prints its report as JSON and nothing else', async ({ lab }) => {
  const comparison = startComparison(lab, '--limit', '20', '--warm-up', '0', '--seconds', '0', '--json');
  expect(await comparison.end).toEqual({ code: 0, signal: null });
  // No time for a second one, but the first is brought to its end.
  expect(JSON.parse(comparison.stdout)).toMatchObject({
    rounds: 1,
    files: 160,
    warmUp: 0,
    sampled: { cpuMillis: { estimate: expect.any(Number) }, wallMillis: { estimate: expect.any(Number) } },
  });
});

it('Ctrl-C ends a comparison and the processes that it measures', async ({ lab }) => {
  const comparison = startComparison(lab, '--limit', '1000000', '--warm-up', '1000000');
  const { pid } = comparison.child;
  await comparison.ready(() => childrenOf(pid).length === 4, 'The measured processes');
  const children = childrenOf(pid);
  comparison.child.kill('SIGINT');
  expect(await comparison.end).toEqual({ code: 0, signal: null });
  expect(children.filter(isAlive)).toEqual([]);
  expect(comparison.stdout).toContain('sampled: not measured; every file traced: not measured');
});
