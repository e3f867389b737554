// ioredis' words for a connection that is not there. `wait` is not among them: it connects with the first command.
const IOREDIS_NOT_READY: readonly unknown[] = [
  'connecting',
  'connect',
  'reconnecting',
  'disconnecting',
  'close',
  'end',
];

/**
 * Fails when a client of Redis knows that it has no connection: what it is sent would wait in its offline queue. Knows
 * node-redis (`isReady`) and ioredis (`status`); any other object passes.
 *
 * @throws {Error}
 */
export function assertRedisReady(client: object): void {
  if ('isReady' in client && client.isReady === false) {
    throw new Error('The Redis client is not ready: it is not connected, or connecting');
  }
  if ('status' in client && IOREDIS_NOT_READY.includes(client.status)) {
    throw new Error(`The Redis client is not ready: its status is "${client.status}"`);
  }
}
