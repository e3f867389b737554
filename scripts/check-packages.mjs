// Packs every published package as it would be published, and checks the tarball with publint and attw.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const directory = mkdtempSync(join(tmpdir(), 'instrument-pack-'));
let failures = 0;

try {
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    const cwd = join(root, 'packages', name);
    check(`${name}: pack`, 'npx', ['--yes', packageManager, 'pack', '--pack-destination', directory], cwd);
  }
  for (const tarball of readdirSync(directory)
    .filter((file) => file.endsWith('.tgz'))
    .sort()) {
    const file = join(directory, tarball);
    check(`${tarball}: publint`, 'npx', ['--no-install', 'publint', 'run', file, '--strict'], root);
    check(`${tarball}: attw`, 'npx', ['--no-install', 'attw', file, '--profile', 'esm-only'], root);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;

function check(title, program, args, cwd) {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  console.log(`${result.status === 0 ? 'ok  ' : 'FAIL'} ${title}`);
  if (result.status === 0) return;
  failures++;
  console.log(`${result.stdout}${result.stderr}`);
}
