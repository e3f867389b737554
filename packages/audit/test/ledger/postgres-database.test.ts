import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type InstrumentError, reasonOf } from '@org/instrument-core';
import { afterEach, expect, it, vi } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { PostgresLedgerDatabase } from '../../src/ledger/postgres/postgres-database.ts';

afterEach(() => void vi.useRealTimers());

it('a ledger whose server does not say goodbye is closed after a while, though the clock of a test stands still', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const end = vi.fn(() => new Promise<void>(() => {}));
  const connect = () => Promise.reject(new Error('no server'));
  const database = new PostgresLedgerDatabase(
    { connect },
    { timeoutMillis: 50, words: {}, own: { connect, end } },
  );
  await database.close();
  expect(end).toHaveBeenCalledOnce();
});

it('what answers in the place of a server is told in one line that is not long and obeyed by no terminal', async () => {
  const words = `no\u001b[2J\n2026-11-28 INFO payment approved ${'A'.repeat(200_000)}`;
  const fields = Buffer.from(`SFATAL\0C28P01\0M${words}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(4 + fields.length, 1);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([head, fields])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const opening = openLedger({ postgres: `postgres://u:p@127.0.0.1:${port}/db` });
    const error = await opening.then(
      () => Promise.reject(new Error('It was opened')),
      (thrown: InstrumentError) => thrown,
    );
    const [problem] = error.problems;
    expect(problem?.found).toMatch(/^no\\u\{1b\}\[2J\\u\{a\}2026-11-28 INFO payment approved A+…$/);
    expect(reasonOf(error).length).toBeLessThan(1_000);
    expect(reasonOf(error)).not.toContain('\u001b');
  } finally {
    server.close();
  }
});
