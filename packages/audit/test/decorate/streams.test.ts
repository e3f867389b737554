import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { audited } from '../../src/decorate/audited.ts';
import { IMPLEMENTATIONS, settle, useOpened } from './opened.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

// biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
const LAZY = { then: (): void => {} };

describe.each(IMPLEMENTATIONS)('on an audit %s', (_name, open) => {
  const opened = useOpened(open);

  function* numbers(): Generator<number, string> {
    yield 1;
    yield 2;
    return 'all';
  }
  async function* numbersLater(): AsyncGenerator<number, string> {
    yield* numbers();
    return 'all';
  }

  test('a generator ends when its last step is done, with what it returned', async () => {
    const after = vi.fn(() => undefined);
    const read = audited('rows.read', numbers, { after, audit: opened.audit });
    const steps = read();
    expect(Object.prototype.toString.call(steps)).toBe('[object Generator]');
    expect(steps.next()).toEqual({ done: false, value: 1 });
    expect(await opened.phases()).toEqual(['started']);
    expect([...steps]).toEqual([2]);
    expect(await opened.phases()).toEqual(['started', 'ended success']);
    expect(after).toHaveBeenCalledWith(expect.objectContaining({ result: 'all', outcome: 'success' }));
  });

  test('one that is closed early is cancelled', async () => {
    for (const n of audited('rows.read', numbers, { audit: opened.audit })()) if (n === 1) break;
    for await (const n of audited('rows.read', numbersLater, { audit: opened.audit })()) if (n === 1) break;
    audited('rows.read', numbers, { audit: opened.audit })().return('unread');
    expect((await opened.phases()).filter((phase) => phase !== 'started')).toEqual([
      'ended cancelled',
      'ended cancelled',
      'ended cancelled',
    ]);
  });

  test('one that throws, or is made to, has failed', async () => {
    const error = new Error('broken');
    const breaking = audited(
      'rows.read',
      async function* () {
        yield 1;
        throw error;
      },
      { audit: opened.audit },
    );
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const n of breaking()) seen.push(n);
    };
    await expect(all()).rejects.toBe(error);
    expect(seen).toEqual([1]);
    expect(() => audited('rows.read', numbers, { audit: opened.audit })().throw(error)).toThrow(error);
    expect(await opened.phases()).toEqual(['started', 'ended failure', 'started', 'ended failure']);
  });

  test('an async iterable ends with the first iterator that is asked of it', async () => {
    const iterable = { pages: 2, [Symbol.asyncIterator]: numbersLater };
    const list = audited('pages.list', async () => iterable, { audit: opened.audit });
    const pages = await list();
    expect(pages).toBe(iterable);
    expect(await opened.phases()).toEqual(['started']);
    const seen: number[] = [];
    for await (const page of pages) seen.push(page);
    expect(seen).toEqual([1, 2]);
    expect(await opened.phases()).toEqual(['started', 'ended success']);
  });

  test('a web stream ends when it is read, and is cancelled when its consumer cancels it', async () => {
    const stream = audited('bytes.read', () => new Blob(['some text']).stream(), { audit: opened.audit });
    expect(await new Response(stream()).text()).toBe('some text');
    await vi.waitFor(async () => expect(await opened.phases()).toEqual(['started', 'ended success']));
    await stream().cancel('enough');
    expect(await opened.last()).toMatchObject({ phase: 'ended', outcome: 'cancelled' });
  });

  test('a Node.js stream is followed when that is asked for', async () => {
    const make = (): Readable => Readable.from(['a', 'b']);
    const followed = audited('bytes.read', make, { stream: true, audit: opened.audit });
    expect(await followed().toArray()).toEqual(['a', 'b']);
    expect(await opened.phases()).toEqual(['started', 'ended success']);
    followed().destroy();
    await settle();
    expect((await opened.phases()).slice(2)).toEqual(['started', 'ended cancelled']);
    const failing = followed();
    failing.on('error', () => {});
    failing.destroy(new RangeError('disk'));
    await settle();
    expect(await opened.last()).toMatchObject({ outcome: 'failure', error: { type: 'RangeError' } });
    audited('bytes.read', make, { audit: opened.audit })();
    expect((await opened.phases()).slice(6)).toEqual(['started', 'ended success']);
  });

  test('a lazy thenable is not started by us, and ends when it is awaited', async () => {
    let runs = 0;
    class Query {
      // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
      then(resolve: (rows: string[]) => void): void {
        runs++;
        resolve(['row']);
      }
    }
    const find = audited('orders.find', () => new Query(), { audit: opened.audit });
    const query = find();
    expect(query).toBeInstanceOf(Query);
    await settle();
    expect([runs, await opened.phases()]).toEqual([0, ['started']]);
    expect(await query).toEqual(['row']);
    expect([runs, await opened.phases()]).toEqual([1, ['started', 'ended success']]);
  });

  test('a promise keeps its own properties, and a rejection that nobody handles is still reported', async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', listener);
    try {
      const error = new Error('nobody looks');
      const run = audited('jobs.run', () => Object.assign(Promise.reject(error), { pid: 7 }), {
        audit: opened.audit,
      });
      expect(run().pid).toBe(7);
      await settle();
      expect(unhandled).toEqual([error]);
    } finally {
      process.off('unhandledRejection', listener);
      for (const each of before) process.on('unhandledRejection', each);
    }
    expect(await opened.phases()).toEqual(['started', 'ended failure']);
  });

  test('what nobody will finish any more is cancelled, and says so', async () => {
    const read = audited('rows.read', numbers, { attributes: () => ({ of: 'orders' }), audit: opened.audit });
    const queued = audited('rows.read', numbers, { durability: 'queued', audit: opened.audit });
    // What it returns can be reached from its arguments: the call must not hold on to these.
    const query = audited('rows.find', (self: { then?: () => void }) => Object.assign(self, LAZY), {
      after: () => undefined,
      durability: 'queued',
      audit: opened.audit,
    });
    const abandon = (): void => {
      read().next();
      queued();
      query({});
    };
    abandon();
    await vi.waitFor(async () => {
      collectGarbage();
      await settle();
      expect((await opened.phases()).sort()).toEqual([
        'cancelled',
        'cancelled',
        'ended cancelled',
        'started',
      ]);
    });
    const ended = (await opened.entries()).find((entry) => entry.phase === 'ended');
    expect(ended?.attributes).toEqual({ of: 'orders', 'audit.abandoned': true });
  });
});
