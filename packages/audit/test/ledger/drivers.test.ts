import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { openLedger, type PostgresPool, type SqliteDatabase } from '../../src/ledger/index.ts';

// Optional in the workspace, too: a missing one fails these tests, and not the others.
const load = createRequire(import.meta.url);

describe('the drivers themselves are taken as they are', () => {
  it('better-sqlite3', async () => {
    const Database = load('better-sqlite3') as typeof BetterSqlite3;
    const own = new Database(':memory:');
    const database: SqliteDatabase = own;
    const ledger = await openLedger({ database });
    await ledger.complete('a', { bytes: 2 ** 41 });
    await ledger.close();
    // Exact, whatever number type the application reads.
    own.defaultSafeIntegers();
    expect(own.prepare('SELECT key, byte_count FROM ledger').all()).toEqual([
      { key: 'a', byte_count: 2n ** 41n },
    ]);
    const again = await openLedger({ database });
    expect(await again.get('a')).toMatchObject({ state: 'completed', bytes: 2 ** 41, attempts: 1 });
    await again.close();
    own.close();
  });

  it('pg, which is told of when it cannot connect', async () => {
    const pool: PostgresPool & Pool = new Pool({ host: '127.0.0.1', port: 1 });
    pool.on('error', () => {});
    await expect(openLedger({ postgres: pool })).rejects.toMatchObject({
      code: 'INSTRUMENT_AUDIT_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await pool.end();
  });
});
