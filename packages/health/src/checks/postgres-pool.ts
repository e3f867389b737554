import { abortable } from './abortable.ts';

/** A connection that a pool has lent. */
export interface PooledClient {
  query(text: string): unknown;
  /** `true` closes the connection instead of keeping it. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  removeListener(event: 'error', listener: (error: unknown) => void): unknown;
}

/** What is needed of `pg.Pool`. */
export interface ConnectionPool {
  connect(): Promise<PooledClient>;
  readonly totalCount: number;
}

/** Whether it is a `pg.Pool`: `connect` of a client alone is another thing. */
export function isConnectionPool(value: object): value is ConnectionPool {
  return 'connect' in value && typeof value.connect === 'function' && 'totalCount' in value;
}

/**
 * A function that runs a query on a connection of the pool. When it is aborted, the connection is closed rather than
 * given back, for a server that hangs would else take one connection of the pool with each run; and a connection that
 * was waited for in vain is waited for by the next run.
 */
export function pooledQuery(pool: ConnectionPool, text: string): (signal: AbortSignal) => Promise<void> {
  let leftOver: Promise<PooledClient> | undefined;

  async function acquire(signal: AbortSignal): Promise<PooledClient> {
    const acquisition = leftOver ?? pool.connect();
    leftOver = undefined;
    try {
      return await abortable(acquisition, signal);
    } catch (error) {
      if (signal.aborted) leave(acquisition);
      throw error;
    }
  }

  function leave(acquisition: Promise<PooledClient>): void {
    const earlier = leftOver;
    leftOver = acquisition;
    if (earlier !== undefined) earlier.then((client) => client.release(), ignore);
    acquisition.then(
      (client) => {
        if (leftOver !== acquisition) return;
        leftOver = undefined;
        client.release();
      },
      () => {
        if (leftOver === acquisition) leftOver = undefined;
      },
    );
  }

  return async (signal) => {
    signal.throwIfAborted();
    await queryOnce(await acquire(signal), text, signal);
  };
}

async function queryOnce(client: PooledClient, text: string, signal: AbortSignal): Promise<void> {
  let isSound = false;
  let onError: (error: unknown) => void = ignore;
  // Without a listener, a connection that breaks would end the process.
  const broken = new Promise<never>((_, reject) => {
    onError = reject;
  });
  client.on('error', onError);
  try {
    await abortable(Promise.race([client.query(text), broken]), signal);
    isSound = true;
  } finally {
    // A connection that is closed may still say what became of it, to nobody; it keeps the listener.
    if (isSound) client.removeListener('error', onError);
    client.release(!isSound);
  }
}

function ignore(): void {}
