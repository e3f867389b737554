import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect } from 'vitest';
import { connectNodeRedis, createPool } from './harness/clients.ts';
import { it } from './harness/lab.ts';
import { descendantsOf } from './harness/process-tree.ts';

/** Long enough to tell an answer that will not come from one that is slow. */
const SILENCE_MILLIS = 300;

describe('the Redis of a test', () => {
  it('answers, freezes with its connections open, answers again, and comes back on its port after a kill', async ({
    lab,
  }) => {
    const redis = await lab.startRedis();
    const client = await connectNodeRedis(lab, redis);
    expect(await client.ping()).toBe('PONG');
    redis.freeze();
    const pinged = client.ping();
    expect(await isSettled(pinged)).toBe(false);
    redis.thaw();
    expect(await pinged).toBe('PONG');
    await redis.kill();
    await expect(connected(redis.port)).rejects.toThrow('ECONNREFUSED');
    await redis.start();
    expect(await client.ping()).toBe('PONG');
    await redis.stop();
    await expect(connected(redis.port)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the Postgres of a test', () => {
  it('freezes with the sessions that it has, keeps its data when killed, frozen too, and comes back', async ({
    lab,
  }) => {
    const postgres = await lab.startPostgres();
    const pool = createPool(lab, postgres, { max: 1 });
    await pool.query('create table orders as select 7 as id');
    postgres.freeze();
    const selected = pool.query('select id from orders');
    expect(await isSettled(selected)).toBe(false);
    postgres.thaw();
    expect((await selected).rows).toEqual([{ id: 7 }]);
    postgres.freeze();
    await postgres.kill();
    await expect(connected(postgres.port)).rejects.toThrow('ECONNREFUSED');
    await postgres.start();
    expect((await pool.query('select id from orders')).rows).toEqual([{ id: 7 }]);
    await postgres.stop();
    await expect(connected(postgres.port)).rejects.toThrow('ECONNREFUSED');
    expect(descendantsOf(process.pid)).toEqual([]);
  });
});

async function connected(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([
    settled,
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SILENCE_MILLIS)),
  ]);
}
