import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import { audited } from '../../src/decorate/audited.ts';
import type { AuditedOptions } from '../../src/decorate/audited-options.ts';
import { personal } from '../../src/subjects/personal.ts';
import { IMPLEMENTATIONS, settle, useOpened } from './opened.ts';

afterEach(() => diag.disable());

function faultsOfDiag(): string[] {
  const faults: string[] = [];
  const silent = (): void => {};
  const logger: DiagLogger = {
    error: (message) => void faults.push(message),
    warn: silent,
    info: silent,
    debug: silent,
    verbose: silent,
  };
  diag.setLogger(logger, { suppressOverrideMessage: true });
  return faults;
}

describe.each(IMPLEMENTATIONS)('on an audit %s', (name, open) => {
  const opened = useOpened(open);

  describe('a decorated method', () => {
    test('is on record as started and ended, with what its options say', async () => {
      const { audit } = opened;
      class Orders {
        readonly clerk = 'user:7';

        @audited('orders.refund', {
          actor: (_args, self: Orders) => self.clerk,
          target: ([id]) => ({ type: 'order', id }),
          reason: 'ticket 12',
          attributes: ([, amount]) => ({ amount }),
          after: ({ result }) => ({ attributes: { refunded: result } }),
          audit,
        })
        async refund(_id: string, amount: number): Promise<number> {
          return amount / 2;
        }

        @audited({ action: 'orders.count', audit })
        static count(): number {
          return 3;
        }

        @audited('orders.secret', { audit })
        #secret(): string {
          return this.clerk;
        }

        reveal(): string {
          return this.#secret();
        }
      }
      const orders = new Orders();
      expect(await orders.refund('order:1', 10)).toBe(5);
      expect([Orders.count(), orders.reveal()]).toEqual([3, 'user:7']);
      expect(Orders.prototype.refund.name).toBe('refund');
      expect(Orders.prototype.refund.length).toBe(2);

      const [started, ended] = await opened.entries();
      expect(started).toMatchObject({
        action: 'orders.refund',
        phase: 'started',
        actor: { id: 'user:7' },
        target: { type: 'order', id: 'order:1' },
        reason: 'ticket 12',
        attributes: { amount: 10 },
      });
      expect(started).not.toHaveProperty('outcome');
      expect(ended).toMatchObject({
        action: 'orders.refund',
        phase: 'ended',
        outcome: 'success',
        started: 0,
        actor: { id: 'user:7' },
        target: { type: 'order', id: 'order:1' },
        attributes: { amount: 10, refunded: 5 },
      });
      expect(ended?.durationMillis).toBeGreaterThanOrEqual(0);
      expect((await opened.entries()).slice(2).map((entry) => `${entry.action} ${entry.phase}`)).toEqual([
        'orders.count started',
        'orders.count ended',
        'orders.secret started',
        'orders.secret ended',
      ]);
    });
  });

  describe('a wrapped function', () => {
    test('keeps this, name, length, properties, result and errors', async () => {
      const { audit } = opened;
      const error = new RangeError('too much');
      const original = Object.assign(
        function pay(this: unknown, a: number, _b: number): unknown {
          if (a < 0) throw error;
          return this;
        },
        { version: 2 },
      );
      const pay = audited('orders.pay', original, { audit });
      const self = { me: true };
      expect(pay.call(self, 1, 2)).toBe(self);
      expect(() => pay(-1, 2)).toThrow(error);
      expect([pay.name, pay.length, pay.version]).toEqual([original.name, 2, 2]);
      expect(await opened.phases()).toEqual(['started', 'ended success', 'started', 'ended failure']);
      expect(await opened.last()).toMatchObject({ error: { type: 'RangeError', message: 'too much' } });
    });

    test('takes its action among the options, too', async () => {
      const { audit } = opened;
      const load = audited((file: string) => file.length, {
        action: 'files.load',
        inputs: ([file]) => [{ namespace: 'file', name: file }],
        after: ({ result }) => ({ outputs: [{ namespace: 'memory', name: 'rows', rows: result }] }),
        audit,
      });
      expect(load('/a.csv')).toBe(6);
      expect(await opened.entries()).toMatchObject([
        { phase: 'started', inputs: [{ namespace: 'file', name: '/a.csv' }] },
        { phase: 'ended', inputs: [{ name: '/a.csv' }], outputs: [{ name: 'rows', rows: 6 }] },
      ]);
    });

    test('is on record before it runs, and the entry is not changed by what it does', async () => {
      const { audit } = opened;
      let seen: unknown;
      const order = { state: 'open', lines: [1, 2] };
      const close = audited(
        async (given: typeof order) => {
          given.state = 'closed';
          given.lines.pop();
          seen = (await opened.entries()).length;
        },
        { action: 'orders.close', attributes: ([given]) => ({ before: given }), audit },
      );
      await close(order);
      expect(seen).toBe(1);
      expect(await opened.last()).toMatchObject({ attributes: { before: { state: 'open', lines: [1, 2] } } });
      expect(order).toEqual({ state: 'closed', lines: [1] });
    });

    test('constructs the function itself when it is called with new', async () => {
      function Point(this: { x: number }, x: number): void {
        this.x = x;
      }
      const Wrapped = audited('points.make', Point, { audit: opened.audit });
      const point: object = Reflect.construct(Wrapped, [3]);
      expect(point).toEqual({ x: 3 });
      expect(point).toBeInstanceOf(Point);
      expect(await opened.entries()).toEqual([]);
    });

    test('takes the context that it was called in, wherever it ends', async () => {
      const { audit } = opened;
      const rows = audited(
        'rows.read',
        function* () {
          yield 1;
        },
        { audit },
      );
      const steps = audit.with({ actor: 'user:1', tenant: 'acme', requestId: 'r1', reason: 'asked' }, rows);
      audit.with({ actor: 'user:2', tenant: 'other' }, () => [...steps]);
      const expected = {
        actor: { id: 'user:1' },
        correlation: { tenant: 'acme', requestId: 'r1' },
        reason: 'asked',
      };
      expect(await opened.entries()).toMatchObject([expected, expected]);
    });

    test('queued, is on record once it has ended, with when it began and how long it took', async () => {
      const { audit } = opened;
      const order = { state: 'open' };
      const close = audited(
        async (given: typeof order) => {
          given.state = 'closed';
          await settle();
          return (await opened.entries()).length;
        },
        { action: 'orders.close', durability: 'queued', attributes: ([given]) => ({ before: given }), audit },
      );
      const before = Date.now();
      expect(await audit.with({ actor: 'user:1' }, () => close(order))).toBe(0);
      const [entry, ...more] = await opened.entries();
      expect(more).toEqual([]);
      expect(entry).toMatchObject({
        action: 'orders.close',
        outcome: 'success',
        actor: { id: 'user:1' },
        attributes: { before: { state: 'open' } },
      });
      expect(entry).not.toHaveProperty('phase');
      expect(entry?.durationMillis).toBeGreaterThan(0);
      expect(Date.parse(entry?.startTime ?? '')).toBeGreaterThanOrEqual(before);
    });
  });

  describe('how it ended', () => {
    async function outcomeOf(
      options: Omit<AuditedOptions, 'audit'>,
      fn: () => unknown,
    ): Promise<string | undefined> {
      try {
        await audited('any.thing', fn, { ...options, audit: opened.audit })();
      } catch {}
      return (await opened.last())?.outcome;
    }

    test('is cancelled for an AbortError, of a rejection too', async () => {
      const abort = (): never => AbortSignal.abort().throwIfAborted() as never;
      expect(await outcomeOf({}, abort)).toBe('cancelled');
      expect(await outcomeOf({}, async () => abort())).toBe('cancelled');
    });

    test('is what classify says', async () => {
      class Forbidden extends Error {}
      const classify = (error: unknown): 'denied' | undefined =>
        error instanceof Forbidden ? 'denied' : undefined;
      const deny = (): never => {
        throw new Forbidden('not yours');
      };
      expect(await outcomeOf({ classify }, deny)).toBe('denied');
      expect(await opened.last()).toMatchObject({ error: { type: 'Forbidden', message: 'not yours' } });
      expect(await outcomeOf({ classify }, () => 1)).toBe('success');
      expect(await outcomeOf({ classify }, () => Promise.reject(new Error('other')))).toBe('failure');
      expect(
        await outcomeOf({ classify: (_error, result) => (result === 0 ? 'failure' : undefined) }, () => 0),
      ).toBe('failure');
    });

    test('says what was thrown, even when it is no error', async () => {
      for (const [thrown, error] of [
        ['text', { type: 'string', message: 'text' }],
        [undefined, { type: 'undefined' }],
        [null, { type: 'null' }],
        [{ odd: true }, { type: 'object' }],
      ]) {
        await outcomeOf({}, () => {
          throw thrown;
        });
        expect((await opened.last())?.error).toEqual(error);
      }
    });

    test('is unknown while a promise is not settled: it stays started', async () => {
      void audited('never.ends', () => new Promise(() => {}), { audit: opened.audit })();
      await settle();
      expect(await opened.phases()).toEqual(['started']);
    });
  });

  describe('faults of callbacks', () => {
    test('never reach the caller: the entry is recorded without that part, and says so', async () => {
      const faults = faultsOfDiag();
      const fail = (): never => {
        throw new TypeError('secret');
      };
      const work = audited('work.do', (n: number) => n + 1, {
        actor: fail,
        target: () => ({ _id: 'ada' }) as never,
        correlation: () => {
          throw { password: 'ada' };
        },
        reason: () => Promise.reject(new Error('late')) as never,
        inputs: () => [{ name: 'no namespace' }] as never,
        attributes: () => ({ kept: true }),
        classify: () => 'ada' as never,
        after: () => ({ outputs: 'ada' as never, attributes: { after: 1 } }),
        audit: opened.audit,
      });
      expect(work(1)).toBe(2);
      await settle();
      const [started, ended] = await opened.entries();
      const before = [
        'actor: threw TypeError',
        'target: expected an id, personal(…), or an object with an id',
        'inputs[0].namespace: expected a text that is not empty',
        'reason: expected a text or personal(…)',
        'correlation: threw object',
      ];
      expect(started?.attributes?.kept).toBe(true);
      expect(started?.attributes?.['audit.fault']).toEqual(expect.arrayContaining(before));
      expect(ended).toMatchObject({ outcome: 'success', attributes: { kept: true, after: 1 } });
      expect(ended?.attributes?.['audit.fault']).toEqual(
        expect.arrayContaining([
          ...before,
          'classify: expected an outcome',
          'outputs: expected a list of { namespace, name, … }',
        ]),
      );
      expect(JSON.stringify(await opened.entries())).not.toContain('secret');
      // The same fault is said once a minute.
      if (name !== 'in memory') return;
      const said = faults.join('\n');
      expect(said).toMatch(/callback actor .*: secret/);
      expect(said).toMatch(/callback target .*: found an object, expected an id/);
      expect(said).toMatch(/callback correlation .*: an object was thrown/);
      expect(said).toMatch(/callback classify .*: found a text of 3 characters, expected an outcome/);
      expect(said).not.toContain('ada');
    });

    test('one dataset that is wrong costs none of the others', async () => {
      faultsOfDiag();
      const at = (name: unknown, more: object = {}): unknown => ({ namespace: 'file', name, ...more });
      const work = audited('work.do', () => 'done', {
        actor: 'user:1',
        inputs: () => [at('/a'), at(7), at('/b', { bytes: 12 }), 'text', at('/c', { rows: 0.5 })] as never,
        after: () => ({ outputs: [at(''), at('/out', { rows: 2 })] as never, attributes: { after: 1 } }),
        audit: opened.audit,
      });
      expect(work()).toBe('done');
      const [started, ended] = await opened.entries();
      const inputs = [at('/a'), at('/b', { bytes: 12 })];
      const before = [
        'inputs[1].name: expected a text that is not empty',
        'inputs[3]: expected { namespace, name, … }',
        'inputs[4].rows: expected an integer of at least 0',
      ];
      expect(started).toMatchObject({
        actor: { id: 'user:1' },
        inputs,
        attributes: { 'audit.fault': before },
      });
      expect(ended).toMatchObject({
        inputs,
        outputs: [at('/out', { rows: 2 })],
        attributes: {
          after: 1,
          'audit.fault': [...before, 'outputs[0].name: expected a text that is not empty'],
        },
      });
    });

    test('an after that throws or gives no object is left out, too', async () => {
      for (const after of [
        () => {
          throw new Error('after');
        },
        () => 7 as never,
        () => Promise.reject(new Error('late')) as never,
      ]) {
        expect(audited('work.do', () => 'done', { after, audit: opened.audit })()).toBe('done');
        expect(await opened.last()).toMatchObject({ phase: 'ended', outcome: 'success' });
        expect((await opened.last())?.attributes).toHaveProperty('audit.fault');
      }
      await settle();
    });

    test('a part that cannot stand in a journal costs the others, and never the entry', async () => {
      const { audit } = opened;
      const work = audited('work.do', () => 'done', {
        actor: 'user:1',
        target: { type: 'order', id: 'order:1' },
        attributes: Object.defineProperty({}, 'trap', {
          enumerable: true,
          value: () => {},
        }) as Record<string, unknown>,
        audit,
      });
      expect(work()).toBe('done');
      const entries = await opened.entries();
      expect(entries).toHaveLength(2);
      for (const entry of entries) {
        expect(entry).toMatchObject({
          action: 'work.do',
          actor: { id: 'user:1' },
          target: { id: 'order:1' },
        });
      }
      expect(entries[1]?.outcome).toBe('success');
    });
  });

  describe('what after says of an error', () => {
    const failing = (after: (error: Error) => unknown) =>
      audited(
        'users.update',
        (): never => {
          throw new RangeError('duplicate key (ada@example.org)');
        },
        { after: ({ error }) => ({ error: after(error as Error) }) as never, audit: opened.audit },
      );

    test('takes the place of what was thrown, whose type it has where it says none', async () => {
      const said = [{ message: 'duplicate' }, { type: 'Conflict' }, new SyntaxError('other')];
      for (const each of said) expect(failing(() => each)).toThrow(RangeError);
      const entries = (await opened.entries()).filter(({ phase }) => phase === 'ended');
      expect(entries.map(({ outcome, error }) => [outcome, error])).toEqual([
        ['failure', { type: 'RangeError', message: 'duplicate' }],
        ['failure', { type: 'Conflict' }],
        ['failure', { type: 'SyntaxError', message: 'other' }],
      ]);
    });

    test('leaves the type alone where it cannot be used', async () => {
      faultsOfDiag();
      for (const each of [7, { message: 7 }, { type: {} }, []]) {
        expect(failing(() => each)).toThrow(RangeError);
        const ended = await opened.last();
        expect(ended).toMatchObject({ outcome: 'failure', error: { type: 'RangeError' } });
        expect(JSON.stringify(ended)).not.toContain('ada@example.org');
        expect(String(ended?.attributes?.['audit.fault'])).toMatch(
          /^error: expected \{ type\?, message\? \}/,
        );
      }
    });

    test('may be of a call that returned', async () => {
      audited('orders.refund', () => 402, {
        classify: () => 'denied',
        after: () => ({ error: { message: 'over the limit' } }),
        audit: opened.audit,
      })();
      expect(await opened.last()).toMatchObject({
        outcome: 'denied',
        error: { type: 'Error', message: 'over the limit' },
      });
    });
  });

  test('values of persons go to the journal as such', async () => {
    const update = audited('users.update', () => true, {
      actor: personal('user:42', 'ada@example.org'),
      audit: opened.audit,
    });
    expect(update()).toBe(true);
    expect(await opened.phases()).toEqual(['started', 'ended success']);
  });
});
