import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startGroups } from './bed.ts';
import { useDiagnostics } from './diagnostics.ts';
import { copyProc } from './proc-copy.ts';

const said = useDiagnostics();
/** In a network of its own. */
const UNSHARED = ['unshare', ['--map-root-user', '--net', 'sh', '-c', 'echo begun; exec cat']] as const;
const { platform } = process;
const isNetworkOurs = platform === 'linux' && spawnSync(...UNSHARED, { input: '' }).status === 0;

/** The host's `/proc` as a container sees it: `net` leads to the network of whoever reads. */
function procOfHost() {
  const copy = copyProc();
  renameSync(join(copy.directory, 'net'), join(copy.directory, 'self/net'));
  symlinkSync('self/net', join(copy.directory, 'net'));
  return copy;
}

function netDev(name: string): string {
  return `| face |\n ${name}: 7 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n`;
}

/** Values of `system.network.io`, of all interfaces. */
async function trafficIn(procDirectory: string): Promise<object> {
  const { collect } = startGroups(['network'], { procDirectory, networkInclude: ['*'] });
  return (await collect())['system.network.io'] ?? {};
}

/** A process with a network of its own, which waits until it is ended. */
async function processElsewhere(): Promise<ChildProcess> {
  const child = spawn(...UNSHARED, { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test("with the host's /proc, the network is the host's and not the container's", async () => {
  const { directory, write } = procOfHost();
  mkdirSync(join(directory, '1/net'), { recursive: true });
  write('self/net/dev', netDev('eth0'));
  write('1/net/dev', netDev('bond0'));
  expect(await trafficIn(directory)).toEqual({ 'bond0,receive': 7, 'bond0,transmit': 9 });
  expect(said).toEqual([]);
});

test("where the host's processes are hidden, it is said that the network is the container's", async () => {
  const { directory, write } = procOfHost();
  write('self/net/dev', netDev('eth0'));
  expect(await trafficIn(directory)).toEqual({ 'eth0,receive': 7, 'eth0,transmit': 9 });
  expect(said.map((line) => line.replace(directory, ''))).toEqual([
    'warn: system: network metrics are of the network of this process alone: ' +
      "ENOENT: no such file or directory, open '/1/net/dev'",
  ]);
});

test.runIf(isNetworkOurs)('the kernel tells the network of the first process', async () => {
  const { pid } = await processElsewhere();
  const directory = mkdtempSync(join(tmpdir(), 'proc-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  symlinkSync('/proc/self', join(directory, 'self'));
  symlinkSync('self/net', join(directory, 'net'));
  symlinkSync(`/proc/${pid}`, join(directory, '1'));
  // Nobody has sent anything there.
  expect(await trafficIn(directory)).toMatchObject({ 'lo,receive': 0, 'lo,transmit': 0 });
});

test.runIf(platform === 'linux')(
  'the network is that of this process unless another /proc is named',
  async () => {
    for (const procDirectory of ['/proc', '/proc/']) {
      const { stop } = startGroups(['network'], { procDirectory });
      const open = readdirSync('/proc/self/fd').map(targetOf);
      expect(open).toContain(`/proc/${process.pid}/net/dev`);
      stop();
    }
  },
);

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // That of the directory that was being listed.
    return '';
  }
}
