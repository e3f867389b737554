import { Redis as IoRedis } from 'ioredis';
import { Pool, type PoolConfig } from 'pg';
import { createClient } from 'redis';
import type { Lab } from './lab.ts';
import type { Postgres } from './postgres.ts';
import type { Redis } from './redis.ts';

/** Wait before a client tries to connect again. */
const RECONNECT_MILLIS = 50;

/** A client of node-redis. */
export type NodeRedisClient = ReturnType<typeof createClient>;

/** A client of node-redis that is connected, and connects again whenever it has to. */
export async function connectNodeRedis(lab: Lab, { url }: Redis): Promise<NodeRedisClient> {
  const client: NodeRedisClient = createClient({
    url,
    socket: { reconnectStrategy: () => RECONNECT_MILLIS },
  });
  // Outages are what the tests are about.
  client.on('error', () => {});
  lab.closeAtEnd(() => client.destroy());
  await client.connect();
  return client;
}

/** A client of ioredis that is connected, and connects again whenever it has to. */
export async function connectIoRedis(lab: Lab, { port }: Redis): Promise<IoRedis> {
  const client = new IoRedis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => RECONNECT_MILLIS,
  });
  client.on('error', () => {});
  lab.closeAtEnd(() => client.disconnect());
  await client.connect();
  return client;
}

/** A pool of connections to Postgres, empty at first. */
export function createPool(lab: Lab, { url }: Postgres, config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, ...config });
  pool.on('error', () => {});
  // Not waited for: it would wait for connections that a test has not given back.
  lab.closeAtEnd(() => void pool.end().catch(() => {}));
  return pool;
}
