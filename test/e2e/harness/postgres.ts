import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { createRestartableServer, type RestartableServer } from './restartable-server.ts';

/** Where Debian puts the programs of each version of Postgres: not on the `PATH`. */
const DEBIAN_DIRECTORY = '/usr/lib/postgresql';

/** Who runs Postgres when the tests are run by root, whom it refuses. The Debian package creates the user. */
const UNPRIVILEGED_USER = 'postgres';

/** A Postgres with one database, `postgres`, and one role, `postgres`, that needs no password. */
export interface Postgres extends RestartableServer {
  readonly port: number;
  /** `postgres://…` */
  readonly url: string;
  /** Removes its data. */
  remove(): void;
}

/** A user of the system. */
interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Directory of `initdb` and `postgres`, of the newest version that is installed.
 *
 * @throws {Error} when there is none, with what to install.
 */
export function findPostgres(): string {
  const [newest] = versionsIn(DEBIAN_DIRECTORY).sort((a, b) => b - a);
  if (newest === undefined) {
    throw new Error(
      `Postgres (in ${DEBIAN_DIRECTORY}/<version>/bin): the Debian package \`postgresql\` has it.`,
    );
  }
  return join(DEBIAN_DIRECTORY, `${newest}`, 'bin');
}

/**
 * The user that Postgres is run by; `undefined` is the own one.
 *
 * @throws {Error} when the tests are run by root and there is no other user for it.
 */
export function postgresUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, UNPRIVILEGED_USER], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  if (uid === undefined || gid === undefined) {
    throw new Error(
      `the user \`${UNPRIVILEGED_USER}\`, for Postgres refuses to be run by root: the Debian package \`postgresql\` creates it.`,
    );
  }
  return { uid, gid };
}

/** Prepares a Postgres on a free port, with an empty database; `start()` starts it. */
export async function createPostgres(): Promise<Postgres> {
  const programs = findPostgres();
  const user = postgresUser();
  // Beside the directory of the test, which the other user may not enter.
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-e2e-postgres-')));
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  createDatabase(join(programs, 'initdb'), data, user);
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    // TCP only.
    'unix_socket_directories=',
    // Nothing needs to outlive the machine.
    'fsync=off',
    'shared_buffers=16MB',
    'max_connections=30',
  ];
  const server = createRestartableServer({
    name: 'Postgres',
    process: {
      command: join(programs, 'postgres'),
      args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      cwd: directory,
      ...user,
    },
    readyLine: 'database system is ready to accept connections',
    // "Fast": ends the sessions of its clients, and does not wait for them to go.
    stopSignal: 'SIGINT',
  });
  // Added to the server itself: its `log` is read when it is asked for.
  return Object.assign(server, {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  });
}

function createDatabase(initdb: string, data: string, user: SystemUser | undefined): void {
  const { error, status, stdout, stderr } = spawnSync(
    initdb,
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C', '--encoding=UTF8'],
    { cwd: join(data, '..'), env: { PATH: process.env.PATH }, encoding: 'utf8', ...user },
  );
  if (status !== 0) throw new Error(`initdb failed: ${error ?? ''}\n${stdout}${stderr}`);
}

function versionsIn(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number).filter(Number.isFinite);
  } catch {
    return [];
  }
}
