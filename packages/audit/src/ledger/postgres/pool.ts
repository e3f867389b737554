import { needPackage, startTimeout } from '@org/instrument-core';

/** What is needed of a connection that a pool lends. */
export interface PostgresPoolClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
  /** `true` closes the connection instead of keeping it. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is needed of a pool: `Pool` of `pg` has it. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>;
}

/** A pool that ends with the ledger. */
export interface OwnPool extends PostgresPool {
  end(): Promise<void>;
}

interface PgModule {
  readonly Pool: new (
    options: object,
  ) => OwnPool & { on(event: 'error', listener: (error: Error) => void): unknown };
}

/** What the ledger reaches Postgres with. */
const PG = { name: 'pg', install: 'pg@^8.11.0' };
/** Connections of a pool of our own: all processes of all machines share those of the server, often 100. */
const MAX_CONNECTIONS = 4;

/**
 * Creates a pool. No connection is made yet.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when `pg` is not installed.
 */
export function createPool(connectionString: string, timeoutMillis: number): OwnPool {
  const pg = needPackage(PG, import.meta.url) as PgModule;
  const pool = new pg.Pool({
    connectionString,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: timeoutMillis,
    keepAlive: true,
    // Idle connections are no reason for a process to go on.
    allowExitOnIdle: true,
  });
  // An idle connection that the server has closed: the pool has removed it, and makes another one when it needs it.
  pool.on('error', ignore);
  return pool;
}

/**
 * Runs `work` on a connection of the pool, and waits no longer than the timeout for all of it. A connection that is not
 * known to be sound is closed: with work that goes on, it would keep those who get it next waiting.
 */
export async function withConnection<T>(
  pool: PostgresPool,
  timeoutMillis: number,
  work: (client: PostgresPoolClient) => Promise<T>,
): Promise<T> {
  let stopTimer = (): void => {};
  const timeout = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`No answer of Postgres within ${timeoutMillis} ms`));
    stopTimer = startTimeout(timeoutMillis, fail, { ref: true });
  });
  try {
    const client = await acquire(pool, timeout);
    // Without a listener, a connection that breaks would end the process.
    client.on('error', ignore);
    let isSound = false;
    try {
      const result = await Promise.race([work(client), timeout]);
      isSound = true;
      return result;
    } catch (error) {
      isSound = isAnswer(error);
      throw error;
    } finally {
      if (isSound) client.removeListener('error', ignore);
      client.release(!isSound);
    }
  } finally {
    stopTimer();
  }
}

async function acquire(pool: PostgresPool, timeout: Promise<never>): Promise<PostgresPoolClient> {
  const acquisition = pool.connect();
  try {
    return await Promise.race([acquisition, timeout]);
  } catch (error) {
    // One that comes too late goes back.
    acquisition.then((client) => client.release(), ignore);
    throw error;
  }
}

/** Whether the server has refused a statement, and its session goes on (PostgreSQL, "Error and Notice Message Fields"). */
function isAnswer(error: unknown): boolean {
  return (error as { severity?: unknown } | null)?.severity === 'ERROR';
}

/** SQLSTATE of an error. */
export function sqlStateOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

function ignore(): void {}
