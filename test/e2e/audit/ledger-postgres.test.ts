import { Pool, type PoolConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Ledger, type LedgerSettings, openLedger } from '../../../packages/audit/src/ledger/index.ts';
import type { LedgerBed } from '../../../packages/audit/test/ledger/bed.ts';
import { useChildren } from '../../../packages/audit/test/ledger/child.ts';
import { claimOf } from '../../../packages/audit/test/ledger/conformance/claim-of.ts';
import { describeLedger } from '../../../packages/audit/test/ledger/conformance.ts';
import { createPostgres, type Postgres } from '../harness/postgres.ts';

const UNAVAILABLE = { code: 'INSTRUMENT_AUDIT_UNAVAILABLE' };
const REFUSED = { code: 'INSTRUMENT_AUDIT_REFUSED' };
const WAIT = { timeout: 30_000, interval: 20 };

let postgres: Postgres;
let beds = 0;
const pools: Pool[] = [];
const ledgers: Ledger[] = [];

beforeAll(async () => {
  postgres = await createPostgres();
  await postgres.start();
});

afterAll(() => postgres.end().finally(() => postgres.remove()));

afterEach(async () => {
  await Promise.all(ledgers.splice(0).map((ledger) => ledger.close()));
  // Not waited for: it would wait for connections that a test has not given back.
  for (const pool of pools.splice(0)) void pool.end().catch(() => {});
});

function createPool(config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: postgres.url, ...config });
  pool.on('error', () => {});
  pools.push(pool);
  return pool;
}

async function open(options: Partial<Parameters<typeof openLedger>[0]> = {}): Promise<Ledger> {
  const ledger = await openLedger({ postgres: postgres.url, ...options } as never);
  ledgers.push(ledger);
  return ledger;
}

function freshSchema(): string {
  return `Bed "${++beds}" of tests`;
}

async function ask(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const pool = new Pool({ connectionString: postgres.url, max: 1 });
  try {
    return (await pool.query(sql, values)).rows;
  } finally {
    await pool.end();
  }
}

async function prepare(config: PoolConfig = {}): Promise<LedgerBed> {
  const schema = freshSchema();
  const table = `"${schema.replaceAll('"', '""')}".instrument_ledger`;
  const opened = [await openLedger({ postgres: postgres.url, schema })];
  const pool = createPool(config);
  const change = createPool({ max: 1 });
  const hasConfig = Object.keys(config).length > 0;
  return {
    options: { postgres: postgres.url, schema },
    async open(settings?: LedgerSettings) {
      const ledger = await openLedger({ postgres: hasConfig ? pool : postgres.url, schema, ...settings });
      opened.push(ledger);
      return ledger;
    },
    async pass(millis) {
      await change.query(`UPDATE ${table} SET created_at = created_at - ${millis},
        started_at = started_at - ${millis}, ended_at = ended_at - ${millis}, due_at = due_at - ${millis}`);
    },
    async clear() {
      await change.query(`DELETE FROM ${table}`);
    },
    async end() {
      await Promise.all(opened.map((ledger) => ledger.close()));
    },
  };
}

describeLedger('Postgres', () => prepare());

describeLedger('Postgres, with a pool of the application that is strictly isolated', () =>
  prepare({ options: '-c default_transaction_isolation=serializable' }),
);

describe('the table of a ledger in Postgres', () => {
  const start = useChildren();

  it('is made by one of many that start at once, in this process and others', async () => {
    const options = { postgres: postgres.url, schema: freshSchema(), table: 'inputs' };
    const children = await Promise.all(Array.from({ length: 3 }, () => start('open', options)));
    await Promise.all(Array.from({ length: 5 }, () => open(options)));
    expect(await Promise.all(children.map((child) => child.end))).toEqual([0, 0, 0]);
    expect(children.map(({ lines }) => lines)).toEqual(Array(3).fill(['opened']));
  });

  it('has any name, and several of them share a schema', async () => {
    const schema = freshSchema();
    const tables = ['x"; DROP TABLE y; --', "it's \\ {now} :key", 'Ü'.repeat(27), 'plain'];
    for (const table of tables) {
      const ledger = await open({ schema, table });
      expect(await ledger.begin('a')).toMatchObject({ status: 'claimed' });
      expect(await (await open({ schema, table })).begin('a')).toMatchObject({ status: 'running' });
    }
  });

  it('is found by the search path when no schema is given', async () => {
    const ledger = await open();
    await ledger.complete('a');
    expect(await ask('SELECT key FROM public.instrument_ledger')).toEqual([{ key: 'a' }]);
    await ask(
      'DROP TABLE instrument_ledger, instrument_ledger_version; DROP SEQUENCE instrument_ledger_token',
    );
  });

  it('needs no right to change the schema once it is there', async () => {
    await open({ schema: 'granted' });
    await ask(`CREATE ROLE worker LOGIN; GRANT USAGE ON SCHEMA granted TO worker;
      GRANT SELECT, INSERT, UPDATE, DELETE ON granted.instrument_ledger TO worker;
      GRANT SELECT ON granted.instrument_ledger_version TO worker;
      GRANT USAGE ON SEQUENCE granted.instrument_ledger_token TO worker`);
    const url = postgres.url.replace('postgres@', 'worker@');
    const ledger = await open({ postgres: url, schema: 'granted' });
    await ledger.complete('a');
    expect(await ledger.prune({ olderThan: 0 })).toBe(1);
    await expect(open({ postgres: url, schema: 'forbidden' })).rejects.toMatchObject(UNAVAILABLE);
  });

  it('is refused, and left as it is, when it is of another program or of a later version', async () => {
    await ask('CREATE SCHEMA taken; CREATE TABLE taken.orders (id int)');
    await expect(open({ schema: 'taken', table: 'orders' })).rejects.toMatchObject(REFUSED);
    const relations = await ask(`SELECT relname FROM pg_class WHERE relnamespace = 'taken'::regnamespace`);
    expect(relations).toEqual([{ relname: 'orders' }]);
    await open({ schema: 'later' });
    await ask('UPDATE later.instrument_ledger_version SET version = 99');
    await expect(open({ schema: 'later' })).rejects.toMatchObject(REFUSED);
  });

  it('has the time of the database, whatever the machine says', async () => {
    const ledger = await open({ schema: freshSchema() });
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    try {
      const claim = await claimOf(ledger.begin('a'));
      expect(claim.startedAt.getUTCFullYear()).toBeGreaterThan(2020);
      expect(await ledger.retryable()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a Postgres that is not there', () => {
  it('makes `openLedger` reject', async () => {
    await expect(open({ postgres: 'postgres://postgres@127.0.0.1:1/postgres' })).rejects.toMatchObject(
      UNAVAILABLE,
    );
  });

  it('makes calls reject while it is killed, and loses nothing that was acknowledged', async () => {
    const ledger = await open({ schema: freshSchema(), leaseDuration: '1h', operationTimeout: '5s' });
    const completed: string[] = [];
    const faults: unknown[] = [];
    let isOver = false;
    const work = async (worker: number): Promise<void> => {
      for (let i = 0; !isOver; i++) {
        try {
          const begun = await ledger.begin(`${worker}/${i}`);
          if (begun.claim === undefined) continue;
          await ledger.complete(begun.claim);
          completed.push(begun.claim.key);
        } catch (error) {
          faults.push(error);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const workers = Array.from({ length: 6 }, (_, worker) => work(worker));
    for (let life = 1; life <= 3; life++) {
      await expect.poll(() => completed.length, WAIT).toBeGreaterThan(50 * life);
      const before = faults.length;
      await postgres.kill();
      await expect.poll(() => faults.length, WAIT).toBeGreaterThan(before + 5);
      await postgres.start();
      await expect.poll(() => completed.length, WAIT).toBeGreaterThan(completed.length + 20);
    }
    isOver = true;
    await Promise.all(workers);
    for (const fault of faults) expect(fault).toMatchObject(UNAVAILABLE);
    for (const key of completed) expect(await ledger.seen(key)).toBe(true);
  });

  it('makes calls reject in time while it is frozen, and answers again when it goes on', async () => {
    const ledger = await open({ schema: freshSchema(), operationTimeout: '1s' });
    const claim = await claimOf(ledger.begin('held'));
    postgres.freeze();
    try {
      const calls = [
        ...[ledger.seen('a'), ledger.begin('a'), ledger.get('a'), ledger.list(), ledger.stats()],
        ...[ledger.complete(claim), ledger.fail(claim, new Error('no')), claim.renew(), ledger.retryable()],
        open({ operationTimeout: '1s' }),
      ];
      const results = await Promise.allSettled(calls);
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    } finally {
      postgres.thaw();
    }
    // What was asked meanwhile may be done late: whichever it was, the answer to asking again is right.
    await vi.waitFor(async () => {
      const entry = await ledger.complete(claim).catch(() => ledger.get('held'));
      expect(['completed', 'failed']).toContain(entry?.state);
    }, WAIT);
    expect(await ledger.begin('a')).toMatchObject({ status: 'claimed' });
  });

  it('does not keep `close` waiting', async () => {
    const ledger = await open({ schema: freshSchema(), operationTimeout: '1s' });
    await ledger.complete('a');
    postgres.freeze();
    try {
      await ledger.close();
    } finally {
      postgres.thaw();
    }
  });

  it('is outlived by the end of what was taken', async () => {
    const ledger = await open({ schema: freshSchema(), operationTimeout: '1s' });
    const faults: unknown[] = [];
    const taken = ledger.take('a', async () => {
      await postgres.kill();
      return { rows: 3 };
    });
    const asking = async (): Promise<unknown> =>
      ledger.seen('a').catch((error: unknown) => faults.push(error));
    await expect.poll(asking, WAIT).toBeGreaterThan(1);
    await postgres.start();
    expect(await taken).toMatchObject({ status: 'taken', entry: { rows: 3, attempts: 1 } });
    expect(await ledger.seen('a')).toBe(true);
  });

  it('costs no claim that it outlives, and aborts one that it does not', async () => {
    const ledger = await open({ schema: freshSchema(), operationTimeout: '1s' });
    const long = await claimOf(ledger.begin('long', { leaseDuration: '1h' }));
    const short = await claimOf(ledger.begin('short', { leaseDuration: '3s' }));
    await postgres.kill();
    await expect.poll(() => short.signal.aborted, WAIT).toBe(true);
    expect(short.signal.reason).toMatchObject(REFUSED);
    await postgres.start();
    await vi.waitFor(() => long.renew(), WAIT);
    expect(long.signal.aborted).toBe(false);
    expect(await ledger.complete(long)).toMatchObject({ state: 'completed' });
  });
});

describe('an answer of Postgres that is lost', () => {
  it('leaves an input claimed by nobody, which the same ledger can begin at once', async () => {
    const schema = freshSchema();
    const table = `"${schema.replaceAll('"', '""')}".instrument_ledger`;
    const [ledger, other] = [await open({ schema, operationTimeout: '1s' }), await open({ schema })];
    const locker = await createPool().connect();
    await locker.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
    // It can be read, so that the claim is on its way when time is up; and so it is a second time.
    await expect(ledger.begin('a')).rejects.toMatchObject(UNAVAILABLE);
    await expect(ledger.begin('a')).rejects.toMatchObject(UNAVAILABLE);
    await locker.query('COMMIT');
    locker.release();
    await vi.waitFor(async () => expect(await other.get('a')).toMatchObject({ state: 'running' }), WAIT);
    expect(await other.begin('a')).toMatchObject({ status: 'running' });
    const claim = await claimOf(ledger.begin('a'));
    expect(claim.attempt).toBe(1);
    expect(await ledger.begin('a')).toMatchObject({ status: 'running' });
    expect(await ledger.complete(claim)).toMatchObject({ state: 'completed', attempts: 1 });
  });
});

describe('a pool of the application', () => {
  it('is used as it is, and stays open', async () => {
    const pool = createPool({ max: 2 });
    const ledger = await open({ postgres: pool, schema: freshSchema() });
    await Promise.all(Array.from({ length: 20 }, (_, i) => ledger.complete(`key-${i}`)));
    expect((await ledger.stats()).completed).toBe(20);
    await ledger.close();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(pool.totalCount).toBeLessThanOrEqual(2);
  });

  it('without a free connection makes calls reject, and none is lost by that', async () => {
    const pool = createPool({ max: 1 });
    const ledger = await open({ postgres: pool, schema: freshSchema(), operationTimeout: '1s' });
    const taken = await pool.connect();
    await expect(ledger.seen('a')).rejects.toMatchObject(UNAVAILABLE);
    await expect(ledger.begin('a')).rejects.toMatchObject(UNAVAILABLE);
    taken.release();
    await expect.poll(() => pool.idleCount, WAIT).toBe(1);
    expect(await ledger.begin('a')).toMatchObject({ status: 'claimed' });
  });

  it('gets no connection back that still has work to do', async () => {
    const pool = createPool({ max: 1 });
    const schema = freshSchema();
    const ledger = await open({ postgres: pool, schema, operationTimeout: '1s' });
    const locker = await createPool().connect();
    await locker.query(`BEGIN; LOCK TABLE "${schema.replaceAll('"', '""')}".instrument_ledger`);
    await expect(ledger.seen('a')).rejects.toMatchObject(UNAVAILABLE);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await locker.query('COMMIT');
    locker.release();
    expect(await ledger.seen('a')).toBe(false);
  });
});
