import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { InstrumentError } from '@org/instrument-core';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { progressBar, trackExecution } from '../../src/index.ts';
import { createBed, thrownBy } from '../support/bed.ts';
import { screenOf } from '../support/screen.ts';

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
const root = join(import.meta.dirname, '..', '..');
let directory: string;

/** Node 20 runs no TypeScript: programs in a terminal need a build, and tests are not to depend on an earlier one. */
beforeAll(async () => {
  directory = mkdtempSync(join(realpathSync(tmpdir()), 'progress-bar-'));
  await build({
    entryPoints: [join(root, 'src', 'index.ts')],
    outfile: join(directory, 'executions.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@org/source'],
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
  });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Shown {
  readonly status: number | null;
  readonly output: string;
  readonly lines: string[];
}

const PRELUDE = `
import { setTimeout as delay } from 'node:timers/promises';
import { addExecutionHooks, progressBar, trackExecution } from './executions.mjs';
`;

function write(body: string, installed: 'all' | 'api' | 'nothing' = 'all'): string {
  const modules = join(directory, 'node_modules');
  rmSync(modules, { force: true, recursive: true });
  if (installed === 'all') symlinkSync(join(root, 'node_modules'), modules);
  if (installed === 'api') {
    mkdirSync(modules);
    symlinkSync(join(root, 'node_modules', '@opentelemetry'), join(modules, '@opentelemetry'));
  }
  const path = join(directory, 'main.mjs');
  writeFileSync(path, PRELUDE + body);
  return path;
}

/** Runs a program in a pseudo terminal; \`signal\` is sent when its text is shown. */
function inTerminal(body: string, { signal = '', isInstalled = true, env = {} } = {}): Shown {
  const script = join(root, 'test', 'support', 'terminal.py');
  const { status, stdout } = spawnSync(
    'python3',
    [script, signal, process.execPath, write(body, isInstalled ? 'all' : 'nothing')],
    {
      encoding: 'utf8',
      timeout: 20_000,
      env: { PATH: process.env.PATH, TERM: 'xterm-256color', ...env },
    },
  );
  return { status, output: stdout, lines: screenOf(stdout) };
}

const BATCH = `
const batch = (name, items, millis) => trackExecution(name, { items, hooks: bar }, async (run) => {
  for (let i = 0; i < items; i++) {
    await delay(millis);
    run.itemDone();
  }
});
`;

describe.skipIf(!hasPython)('in a terminal', () => {
  it('shows an execution as a bar that ends full, and leaves the terminal as it was', () => {
    const { status, lines, output } = inTerminal(
      `const bar = progressBar();${BATCH}await batch('nightly', 30, 10);`,
    );
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/^nightly █{24} 100 % · 30\/30 · [\d.]+\/s · \d+ s$/);
    expect(lines.slice(1).join('')).toBe('');
    expect(output).toMatch(/nightly █+░+ \d+ % · \d+\/30 · .*left/);
    expect(output.endsWith('\n')).toBe(true);
  });

  it('lets what is printed by console.log and console.error stand above it', () => {
    const { status, lines } = inTerminal(
      `const bar = progressBar();${BATCH}
       const printing = batch('first', 30, 10);
       for (let i = 0; i < 6; i++) {
         await delay(40);
         console[i % 2 ? 'log' : 'error']('line ' + i);
       }
       await Promise.all([printing, batch('second', 5, 10)]);`,
    );
    expect(status).toBe(0);
    expect(lines.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `line ${i}`));
    expect(lines.filter((line) => /^(first|second) /.test(line))).toHaveLength(2);
  });

  it('shows several at once, and keeps the line of each that has ended', () => {
    const { lines } = inTerminal(
      `const bar = progressBar();${BATCH}addExecutionHooks({});
       await Promise.all([batch('first', 5, 20), batch('second', 15, 20), batch('third', 30, 20)]);`,
    );
    const shown = lines.filter((line) => line !== '');
    expect(shown.map((line) => line.split(' ')[0])).toEqual(['first', 'second', 'third']);
    for (const line of shown) expect(line).toMatch(/100 % · (\d+)\/\1 ·/);
  });

  it('shows executions with a bar of their own each below one another, without a warning', () => {
    const { lines } = inTerminal(
      `let bar; const own = (...given) => { bar = progressBar({ maxRows: 20 }); return batch(...given); };${BATCH}
       await Promise.all(Array.from({ length: 14 }, (_, i) => own('batch-' + i, 3 + i, 20)));`,
    );
    const shown = lines.filter((line) => line !== '');
    expect(shown.map((line) => line.split(' ')[0])).toEqual(
      Array.from({ length: 14 }, (_, i) => `batch-${i}`),
    );
    for (const line of shown) expect(line).toMatch(/100 % · (\d+)\/\1 ·/);
  });

  it('shows many that begin and end in one turn, one after the other, without a warning', () => {
    const { lines } = inTerminal(
      `const bar = progressBar();${BATCH}
       for (let i = 0; i < 14; i++) trackExecution('batch-' + i, { items: 1, hooks: bar }, (run) => run.itemDone());
       await delay(50);`,
    );
    const shown = lines.filter((line) => line !== '');
    expect(shown.map((line) => line.split(' ')[0])).toEqual(
      Array.from({ length: 14 }, (_, i) => `batch-${i}`),
    );
  });

  it('can be stopped while others on the same terminal go on', () => {
    const { lines } = inTerminal(
      `let bar = progressBar();${BATCH}
       const stopped = batch('stopped', 40, 20);
       bar = (globalThis.first = bar, progressBar());
       const other = batch('other', 20, 20);
       await delay(100);
       globalThis.first.stop();
       await Promise.all([stopped, other]);`,
    );
    const shown = lines.filter((line) => line !== '');
    expect(shown).toHaveLength(2);
    expect(shown[0]).toMatch(/^stopped .* \d{1,2} % · \d+\/40/);
    expect(shown[1]).toMatch(/^other .* 100 % · 20\/20/);
  });

  it('shows work that never lets go of the event loop', () => {
    const { output } = inTerminal(
      `trackExecution('busy', { items: 900, progressInterval: 100, hooks: progressBar() }, (run) => {
         for (let i = 0; i < 900; i++) {
           for (const end = performance.now() + 1; performance.now() < end; );
           run.itemDone();
         }
       });`,
    );
    expect(new Set(output.match(/ [1-9]\d? % /g)).size).toBeGreaterThan(1);
  });

  it('is over when an execution fails, and the error comes below', () => {
    const { status, lines } = inTerminal(
      `trackExecution('failing', { items: 4, hooks: progressBar() }, (run) => { run.itemDone(); throw new RangeError('no'); });`,
    );
    expect(status).toBe(1);
    expect(lines[0]).toMatch(/^failing █+░+ 25 % · 1\/4/);
    expect(lines.join('\n')).toContain('RangeError: no');
  });

  it('lets Ctrl-C end the process, and needs nothing put back', () => {
    const endless = `trackExecution('endless', { items: 9, hooks: progressBar() }, async (run) => { run.itemDone(); await delay(60_000); });`;
    const { status, output } = inTerminal(endless, { signal: 'SIGINT:1/9' });
    expect(status).toBe(254);
    expect(output).not.toContain('\x1b[?');
  });

  it('does not keep the process alive, and ends its line with it', () => {
    const { status, lines, output } = inTerminal(
      `trackExecution('endless', { items: 9, hooks: progressBar() }, (run) => { run.itemDone(2); return new Promise(() => {}); });`,
    );
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/^endless .* 22 % · 2\/9/);
    expect(output.endsWith('\n')).toBe(true);
  });

  it('is quiet under CI, in a dumb terminal, and where it is turned off', () => {
    const program = `const bar = progressBar();${BATCH}await batch('nightly', 3, 1);`;
    expect(inTerminal(program, { env: { CI: 'true' } }).output).toBe('');
    expect(inTerminal(program, { env: { TERM: 'dumb' } }).output).toBe('');
    expect(inTerminal(program.replace('Bar()', 'Bar({ enabled: false })')).output).toBe('');
    const missing = inTerminal(program, { isInstalled: false });
    expect(missing).toMatchObject({ status: 0, output: '' });
  });
});

describe('without cli-progress', () => {
  it('does the work, and says once through diag what to install', () => {
    const path = write(
      `import { DiagLogLevel, diag } from '@opentelemetry/api';
       const lines = [];
       const note = (line) => lines.push(line);
       diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, { logLevel: DiagLogLevel.WARN });
       const stream = Object.assign(process.stderr, { isTTY: true });
       const bar = progressBar({ stream, enabled: true });${BATCH}
       progressBar({ stream, enabled: true }).stop();
       await batch('nightly', 3, 1);
       console.log(JSON.stringify(lines));`,
      'api',
    );
    // Without NODE_PATH, by which packages of the workspace would be found.
    const env = { PATH: process.env.PATH };
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8', env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([expect.stringContaining('Install it: npm install cli-progress.')]);
  });
});

describe('a terminal that does not know its size', () => {
  it('is taken for one of 24 rows and 80 columns', async () => {
    let drawn = '';
    const stream = Object.assign(new PassThrough(), { isTTY: true, rows: 0, columns: 0 });
    stream.on('data', (chunk) => {
      drawn += chunk;
    });
    const name = 'a-name-that-leaves-no-room-for-rates-and-times';
    await trackExecution(
      name,
      { ...createBed().options, items: 2, hooks: progressBar({ stream, enabled: true }) },
      async (run) => run.itemDone(2),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(drawn).toContain(`${name} ${'█'.repeat(24)} 100 %`);
    for (const line of screenOf(drawn)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('without a terminal', () => {
  it('is quiet, and needs no package', () => {
    const path = write(`const bar = progressBar();${BATCH}await batch('nightly', 3, 1);`, 'nothing');
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('is quiet whatever is asked for', () => {
    const stream = new PassThrough();
    const bar = progressBar({ stream, enabled: true });
    trackExecution('nightly', { ...createBed().options, hooks: bar }, (run) => run.itemDone());
    bar.stop();
    expect(stream.read()).toBeNull();
  });

  it('refuses options that are wrong', async () => {
    const wrong = { stream: 7, enabled: 'yes', width: 0, maxRows: -1, format: 'x' };
    const error = (await thrownBy(() => progressBar(wrong as never))) as InstrumentError;
    expect(error).toBeInstanceOf(InstrumentError);
    expect(error.problems.map(({ path }) => path).sort()).toEqual([
      'enabled',
      'format',
      'maxRows',
      'stream',
      'width',
    ]);
  });
});

describe('a terminal that breaks', () => {
  it('harms nobody', async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, rows: 24, columns: 80 });
    stream.write = (() => {
      stream.emit('error', new Error('EIO'));
      throw new Error('broken');
    }) as never;
    const bed = createBed();
    const bar = progressBar({ stream, enabled: true });
    const result = await trackExecution(
      'nightly',
      { ...bed.options, items: 2, hooks: bar, progressInterval: 10 },
      async (run) => {
        run.itemDone(2);
        return 7;
      },
    );
    expect(result).toBe(7);
    expect(bed.payloads('execution.completed')).toHaveLength(1);
    expect(bed.metric('instrument.faults')['component=executions']).toBeGreaterThan(0);
  });
});
