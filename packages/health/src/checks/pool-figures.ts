/** What a pool of connections, or of anything else, is up to. */
export interface PoolFigures {
  /** How many there may be. */
  readonly max: number;
  /** How many are lent. */
  readonly used: number;
  /** How many exist and are free. */
  readonly idle: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}

/** `pg.Pool`. */
export interface PgPoolShape {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** A pool of `generic-pool`. */
export interface GenericPoolShape {
  readonly borrowed: number;
  readonly available: number;
  readonly pending: number;
  readonly max: number;
}

/** A pool of `tarn`, which is what knex has. */
export interface TarnPoolShape {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
  readonly max: number;
}

/** A knex instance. */
export interface KnexShape {
  readonly client: { readonly pool: TarnPoolShape };
}

/** Pools that are known by their shape. */
export type KnownPool = PgPoolShape | GenericPoolShape | TarnPoolShape | KnexShape;

/** What is known, for whoever passed something else. */
export const KNOWN_POOLS: string =
  'pg.Pool (totalCount, idleCount, waitingCount, options.max), generic-pool (borrowed, available, pending, max), tarn ' +
  '(numUsed(), numFree(), numPendingAcquires(), max), knex (client.pool), or a function that returns ' +
  '{ max, used, idle, waiting }';

/** A function that reads the figures of a pool, or `undefined` when its shape is not known. */
export function figuresReader(pool: unknown): (() => PoolFigures) | undefined {
  if ((typeof pool !== 'object' && typeof pool !== 'function') || pool === null) return undefined;
  if (isPgPool(pool)) return () => pgFigures(pool);
  if (isTarnPool(pool)) return () => tarnFigures(pool);
  if (isGenericPool(pool)) return () => genericFigures(pool);
  // Read anew each time: knex makes another pool when it is initialised again.
  if (isKnex(pool)) return () => tarnFigures(pool.client.pool);
  return undefined;
}

function isPgPool(pool: object): pool is PgPoolShape {
  const { totalCount, idleCount, waitingCount, options } = pool as Partial<PgPoolShape>;
  return areNumbers(totalCount, idleCount, waitingCount, options?.max);
}

function isGenericPool(pool: object): pool is GenericPoolShape {
  const { borrowed, available, pending, max } = pool as Partial<GenericPoolShape>;
  return areNumbers(borrowed, available, pending, max);
}

function isTarnPool(pool: object): pool is TarnPoolShape {
  const { numUsed, numFree, numPendingAcquires, max } = pool as Partial<TarnPoolShape>;
  return (
    areNumbers(max) && [numUsed, numFree, numPendingAcquires].every((method) => typeof method === 'function')
  );
}

function isKnex(pool: object): pool is KnexShape {
  const inner: unknown = (pool as { client?: { pool?: unknown } }).client?.pool;
  return typeof inner === 'object' && inner !== null && isTarnPool(inner);
}

function areNumbers(...values: unknown[]): boolean {
  return values.every((value) => typeof value === 'number');
}

function pgFigures({ totalCount, idleCount, waitingCount, options }: PgPoolShape): PoolFigures {
  return { max: options.max, used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

function genericFigures({ max, borrowed, available, pending }: GenericPoolShape): PoolFigures {
  return { max, used: borrowed, idle: available, waiting: pending };
}

function tarnFigures(pool: TarnPoolShape): PoolFigures {
  return { max: pool.max, used: pool.numUsed(), idle: pool.numFree(), waiting: pool.numPendingAcquires() };
}
