import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

/** Versions of Node.js that have SQLite of their own. */
const WITH_SQLITE = /^(22\.23|24|26)\./;

let byNpm: string;
let byPnpm: string;

removeProjects();
beforeAll(async () => {
  byNpm = await createProject('audit', { dependencies: {} });
  byPnpm = await createProject('audit', { dependencies: {} }, 'pnpm');
});

function run(node: string, cwd: string, args: readonly string[]): { stdout: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(node, args, { cwd, encoding: 'utf8', timeout: 30_000 });
  return { stdout: `${stdout}${status === 0 ? '' : stderr}`, status };
}

/** Puts operations on record, checks the journal by its command, changes a byte, and checks it again. */
async function trail(node: string, cwd: string, file: string): Promise<void> {
  const { stdout, status } = run(node, cwd, [file]);
  expect({ status, stdout: status === 0 ? '' : stdout }).toEqual({ status: 0, stdout: '' });
  const { report } = JSON.parse(stdout.slice(stdout.indexOf('{"report"')));
  const version = run(node, cwd, ['-p', 'process.versions.node']).stdout;
  expect(report).toMatchObject({
    ok: true,
    // One early, two of a decorated function, one of a person, and the erasure.
    size: 5,
    checkpointed: 5,
    actors: ['ada@example.org'],
    ledger: WITH_SQLITE.test(version) ? 'claimed' : 'INSTRUMENT_DEPENDENCY_MISSING',
  });
  const { directory } = report as { directory: string };
  try {
    const verify = [
      join(cwd, 'node_modules', '@org', 'instrument', 'bin', 'instrument-audit.js'),
      'verify',
      directory,
    ];
    expect(run(node, cwd, verify).status).toBe(0);
    const segment = join(directory, 'segments', '0000000000000000.jsonl');
    const text = readFileSync(segment, 'utf8');
    expect(text).not.toMatch(/secret|ada@example/);
    writeFileSync(segment, text.replace('order:7', 'order:8'));
    const changed = run(node, cwd, verify);
    expect(changed.status).toBe(1);
    expect(changed.stdout).toMatch(/\b[12]\b/);
  } finally {
    rmSync(dirname(directory), { recursive: true, force: true });
  }
}

describe('audit', () => {
  scenario('Audit journal, ES module', EVERY_NODE, (node) => trail(node, byNpm, 'esm.mjs'));
  scenario('Audit journal, CommonJS', SOME_NODES, (node) => trail(node, byNpm, 'commonjs.cjs'));
  scenario('Audit journal, installed by pnpm', SOME_NODES, (node) => trail(node, byPnpm, 'esm.mjs'));
});
