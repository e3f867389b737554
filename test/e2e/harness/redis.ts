import { freePort } from '../../support/free-port.ts';
import { createRestartableServer, type RestartableServer } from './restartable-server.ts';

/** How a Redis is run. */
export interface RedisOptions {
  /** Where it works; it writes nothing. */
  readonly directory: string;
}

/** A Redis without persistence: each life begins empty. */
export interface Redis extends RestartableServer {
  readonly port: number;
  /** `redis://…` */
  readonly url: string;
}

/** Prepares a Redis on a free port; `start()` starts it. */
export async function createRedis({ directory }: RedisOptions): Promise<Redis> {
  const port = await freePort();
  const server = createRestartableServer({
    name: 'Redis',
    process: {
      command: 'redis-server',
      args: ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      cwd: directory,
    },
    readyLine: 'Ready to accept connections',
    stopSignal: 'SIGTERM',
  });
  // Added to the server itself: its `log` is read when it is asked for.
  return Object.assign(server, { port, url: `redis://127.0.0.1:${port}` });
}
