// What `npm start` and `npm test` run: installs with the pinned pnpm, then builds and starts, or tests.
// Needs nothing but Node and npm.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [command, ...rest] = process.argv.slice(2);

checkNode();
install();
if (command === 'start') {
  say('Building the packages and the example …');
  run('npx', ['--no-install', 'turbo', 'run', 'build', '--output-logs=errors-only'], 'ignore');
  await forward(process.execPath, [join(root, 'examples/ast-pipeline/dist/main.js'), ...rest]);
} else if (command === 'test') {
  await forward('npx', ['--no-install', 'vitest', 'run', ...rest]);
} else if (command !== 'install') {
  fail(`Unknown command ${command}. Use: start, test, install.`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!isSupported) fail(`Node ${process.versions.node} is too old: use 20.19 or later, 22.12 or later.`);
}

function install() {
  // Where a driver has to be built, the headers that came with this Node will do: they need not be downloaded.
  const nodeDirectory = dirname(dirname(process.execPath));
  if (existsSync(join(nodeDirectory, 'include', 'node', 'node.h'))) {
    process.env.npm_config_nodedir ??= nodeDirectory;
  }
  say(`Installing what is needed with ${packageManager}: a minute on a new machine, else a moment …`);
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'], 'ignore');
}

/** Says what takes its time now; not on stdout, which is the example's. */
function say(what) {
  process.stderr.write(`${what}\n`);
}

/** Runs a step; shows what it printed only when it fails. */
function run(program, args, stdin) {
  const result = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, CI: process.env.CI ?? 'true' },
    stdio: [stdin, 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(`${program} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}.`);
}

/** Runs the main step in our place: same terminal, signals passed on, same exit code. */
async function forward(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  // A terminal sends Ctrl-C to the whole group; whoever signals us alone is passed on.
  const pass = (signal) => {
    if (!process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', pass);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = await new Promise((resolve) => child.on('exit', (...result) => resolve(result)));
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
