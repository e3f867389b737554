import { describe, expect, it } from 'vitest';
import { createEntryEncoder } from '../../src/encode/operation.ts';
import { personal } from '../../src/subjects/personal.ts';
import { createBed, FACTS, HiddenTexts, refusalOf, TIME } from './encoding.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('an operation as an entry', () => {
  it('has all that it says, in canonical JSON', () => {
    const { text, content } = createBed().encode(
      {
        action: 'orders.refund',
        actor: { id: 'user:42', type: 'user', name: 'Ada', address: '10.0.0.1' },
        target: { name: 'Order', id: 'order:7', type: 'order' },
        inputs: [{ namespace: 'postgres://db:5432', name: 'public.orders', rows: 1, version: 'v1' }],
        outputs: [
          {
            namespace: 'file',
            name: '/data/out.csv',
            bytes: 0,
            digest: 'sha256:ab',
            producedBy: { traceId: TRACE.toUpperCase(), spanId: SPAN },
          },
        ],
        reason: 'ticket 9',
        correlation: { tenant: 'acme', requestId: 'r1' },
        durationMillis: 1500.25,
        startTime: new Date(0),
        attributes: { b: 1, a: [true, null, { d: 'x', c: -0 }] },
      },
      { traceId: TRACE, spanId: SPAN },
    );
    expect(text).toBe(
      '{"action":"orders.refund",' +
        '"actor":{"address":"10.0.0.1","id":"user:42","name":"Ada","type":"user"},' +
        '"attributes":{"a":[true,null,{"c":0,"d":"x"}],"b":1},' +
        `"correlation":{"requestId":"r1","spanId":"${SPAN}","tenant":"acme","traceId":"${TRACE}"},` +
        '"durationMillis":1500.25,' +
        '"inputs":[{"name":"public.orders","namespace":"postgres://db:5432","rows":1,"version":"v1"}],' +
        '"outcome":"success",' +
        '"outputs":[{"bytes":0,"digest":"sha256:ab","name":"/data/out.csv","namespace":"file",' +
        `"producedBy":{"spanId":"${SPAN}","traceId":"${TRACE}"}}],` +
        '"reason":"ticket 9","startTime":"1970-01-01T00:00:00.000Z",' +
        `"target":{"id":"order:7","name":"Order","type":"order"},"time":"${TIME}"}`,
    );
    expect(content).toEqual(JSON.parse(text));
  });

  it('says no more than the operation does', () => {
    expect(createBed().encode({ action: 'a' }).text).toBe(
      `{"action":"a","outcome":"success","time":"${TIME}"}`,
    );
    const empty = {
      action: 'a',
      actor: undefined,
      attributes: {},
      inputs: [],
      outputs: undefined,
      error: null,
    };
    expect(createBed().encode(empty).text).toBe(`{"action":"a","outcome":"success","time":"${TIME}"}`);
  });

  it('has no outcome yet when the operation starts', () => {
    const { content } = createBed();
    expect(content({ action: 'a' }, { phase: 'started' })).toEqual({
      action: 'a',
      phase: 'started',
      time: TIME,
    });
    expect(content({ action: 'a', outcome: 'denied' }, { phase: 'ended', started: 0 })).toEqual({
      action: 'a',
      outcome: 'denied',
      phase: 'ended',
      started: 0,
      time: TIME,
    });
  });

  it('takes text, plain or of a person, for the id of actor and target', () => {
    const { content, hidden } = createBed();
    expect(
      content({ action: 'a', actor: 'user:1', target: personal('user:2', 'ada@example.org') }),
    ).toMatchObject({
      actor: { id: 'user:1' },
      target: { id: { $sealed: 'sealed-0', subject: 'pseudonym-of-6' } },
    });
    expect(hidden.texts).toEqual(['"ada@example.org"']);
  });

  it('takes from the context what it does not say itself', () => {
    const context = { actor: 'service:x', tenant: 't', requestId: 'r', reason: 'why' };
    const { content } = createBed();
    expect(content({ action: 'a' }, { context })).toMatchObject({
      actor: { id: 'service:x' },
      correlation: { requestId: 'r', tenant: 't' },
      reason: 'why',
    });
    const own = { action: 'a', actor: 'me', reason: 'mine', correlation: { tenant: 'u' } };
    expect(content(own, { context })).toMatchObject({
      actor: { id: 'me' },
      correlation: { requestId: 'r', tenant: 'u' },
      reason: 'mine',
    });
  });

  it('never has the active span beside another trace', () => {
    const { content } = createBed();
    const other = TRACE.replace('0', '1');
    const active = { traceId: TRACE, spanId: SPAN };
    expect(content({ action: 'a', correlation: { traceId: other } }, active).correlation).toEqual({
      traceId: other,
    });
    expect(content({ action: 'a', correlation: { traceId: TRACE } }, active).correlation).toEqual(active);
    expect(content({ action: 'a' }, { traceId: '0'.repeat(32), spanId: 'x' }).correlation).toBe(undefined);
  });

  it('began when it says, or before it ended by as long as it took', () => {
    const { content } = createBed();
    expect(content({ action: 'a', durationMillis: 1_500.4 }).startTime).toBe('2026-11-25T11:59:58.500Z');
    expect(content({ action: 'a', startTime: 1, durationMillis: 5 }).startTime).toBe(
      '1970-01-01T00:00:00.001Z',
    );
    expect(content({ action: 'a' }).startTime).toBe(undefined);
    expect(content({ action: 'a', durationMillis: 1e300 }).startTime).toBe(undefined);
  });
});

describe('why an operation failed', () => {
  const errorOf = (error: unknown) => createBed().content({ action: 'a', error });

  it('is the class of an error and its message, with those of its causes', () => {
    const error = new TypeError('no', { cause: new Error('deeper', { cause: new RangeError('deepest') }) });
    expect(errorOf(error)).toMatchObject({
      error: { message: 'no: deeper: deepest', type: 'TypeError' },
      outcome: 'failure',
    });
  });

  it('is what was thrown, whatever it is', () => {
    expect(errorOf('broken').error).toEqual({ message: 'broken', type: 'string' });
    expect(errorOf(7).error).toEqual({ message: '7', type: 'number' });
    expect(errorOf({ type: 'Timeout', message: 'late' }).error).toEqual({ message: 'late', type: 'Timeout' });
    expect(errorOf({ type: 'Timeout' }).error).toEqual({ type: 'Timeout' });
    expect(errorOf({ password: 'x' })).toMatchObject({
      adjusted: [{ path: 'error', what: 'an object that is no error was left out' }],
      error: { type: 'object' },
    });
  });

  it('may belong to a person', () => {
    expect(errorOf({ type: 'Conflict', message: personal('u', 'ada exists') }).error).toEqual({
      message: { $sealed: 'sealed-0', subject: 'pseudonym-of-1' },
      type: 'Conflict',
    });
  });

  it('does not have to be readable', () => {
    const hostile = new Error('x');
    Object.defineProperty(hostile, 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(errorOf(hostile).error?.type).toBe('Error');
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(() => errorOf(revoked.proxy)).not.toThrow(TypeError);
  });
});

describe('an operation is refused,', () => {
  const { problems } = createBed({ actions: ['orders.refund', 'users.*'] });
  const found = (operation: unknown): string[] => problems(operation).map(({ path }) => path);

  it('with all that is wrong at once', () => {
    const wrong = {
      action: 'no such thing!',
      actor: { id: '', name: 7 },
      target: 3,
      outcome: 'sucess',
      inputs: [{ namespace: 'a', name: 'b', rows: -1, bytes: 1.5, producedBy: { traceId: 'x' } }, null],
      outputs: 'none',
      reason: {},
      correlation: { traceId: '0'.repeat(32), spanId: 1, tenant: [] },
      startTime: Number.NaN,
      durationMillis: -1,
      attributes: [],
      atributes: {},
    };
    expect(found(wrong).sort()).toEqual(
      [
        'action',
        'actor.id',
        'actor.name',
        'target',
        'outcome',
        'inputs[0].rows',
        'inputs[0].bytes',
        'inputs[0].producedBy.traceId',
        'inputs[0].producedBy.spanId',
        'inputs[1]',
        'outputs',
        'reason',
        'correlation.traceId',
        'correlation.spanId',
        'correlation.tenant',
        'startTime',
        'durationMillis',
        'attributes',
        'atributes',
      ].sort(),
    );
  });

  it('and told how to put it right', () => {
    expect(problems({ action: 'orders.refnud' })).toEqual([
      {
        path: 'action',
        found: '"orders.refnud"',
        expected: 'one of the declared actions',
        fix: 'Did you mean orders.refund?',
      },
    ]);
    expect(problems({ action: 'orders.refund', outcome: 'sucess' })[0]?.fix).toBe('Did you mean success?');
    expect(problems({ action: 'orders.refund', taget: 'x' })[0]?.fix).toBe('Did you mean target?');
    expect(problems({ action: 'orders.refund', currency: 'x' })[0]?.fix).toBe('Put it into attributes.');
    expect(refusalOf(() => createBed().encode({ action: 'a.b', actor: 1 })).message).toContain(
      'The operation a.b cannot be put on record',
    );
  });

  it('without saying what was in it', () => {
    const secret = 'hunter2';
    const { encode } = createBed();
    const wrong = { action: 'a', actor: { id: [secret] }, durationMillis: secret, x: secret };
    expect(refusalOf(() => encode(wrong)).message).not.toContain(secret);
    expect(
      refusalOf(() => encode({ action: 'a', actor: { id: personal('u', { secret }) } })).message,
    ).not.toContain(secret);
  });

  it('for an action that is malformed, or the journal its own', () => {
    for (const action of [
      '',
      '.',
      'a..b',
      'a.',
      'ä',
      'a b',
      'a'.repeat(129),
      'a\n',
      undefined,
      null,
      1,
      {},
    ]) {
      expect(createBed().problems({ action })[0]?.path).toBe('action');
    }
    expect(createBed().problems({ action: 'audit.erased' })[0]?.expected).toContain(
      'which the journal itself uses',
    );
  });

  it('not for an action that is covered by a prefix', () => {
    expect(createBed({ actions: ['users.*'] }).content({ action: 'users.keys.add' }).action).toBe(
      'users.keys.add',
    );
    expect(createBed({ actions: ['users.*'] }).problems({ action: 'users' }).length).toBe(1);
    expect(createBed({ actions: ['*'] }).content({ action: 'x' }).action).toBe('x');
  });

  it('for what is no operation', () => {
    for (const nothing of [undefined, null, 'text', 1, [], () => {}, Symbol('x')]) {
      expect(createBed().problems(nothing).length).toBe(1);
    }
  });

  it('with the field that cannot be read', () => {
    const hostile = {
      action: 'a',
      actor: {
        get id() {
          throw new Error('no');
        },
      },
    };
    expect(createBed().problems(hostile)).toEqual([
      { path: 'actor', found: 'what cannot be read (no)', expected: 'plain values' },
    ]);
  });

  it('for a personal value of nobody, wherever it stands', () => {
    const { problems: all } = createBed();
    expect(all({ action: 'a', actor: personal('', 'x') }).length).toBe(1);
    expect(all({ action: 'a', attributes: { list: [personal(undefined as never, 'x')] } })[0]?.path).toBe(
      'attributes.list[0]',
    );
  });

  it('and ends with a count where the problems are very many', () => {
    const all = createBed().problems({ action: 'a', inputs: Array.from({ length: 500 }, () => 1) });
    expect(all.length).toBe(21);
    expect(all.at(-1)?.found).toBe('480 more problems');
  });
});

it('what an actor, target or dataset has besides is left out, and told', () => {
  const operation = {
    action: 'a',
    actor: { id: 'x', roles: ['admin'], adress: '10.0.0.1' },
    inputs: [{ namespace: 'n', name: 'm', size: 3, none: undefined }],
  };
  const { actor, adjusted, inputs } = createBed().content(operation);
  expect(actor).toEqual({ id: 'x' });
  expect(inputs).toEqual([{ name: 'm', namespace: 'n' }]);
  expect(adjusted).toEqual([
    { path: 'actor.roles', what: 'left out: the fields are id, type, name, address' },
    { path: 'actor.adress', what: 'left out: the field is called address' },
    expect.objectContaining({ path: 'inputs[0].size' }),
  ]);
});

it('an operation is not changed, and may put others on record while it is read', () => {
  const bed = createBed({ redact: { patterns: [/secret/g] } });
  const inner = { action: 'inner', reason: 'a secret', attributes: { list: ['secret'] } };
  const texts: string[] = [];
  const operation = Object.freeze({
    action: 'outer',
    attributes: Object.freeze({
      a: Object.freeze(['secret']),
      get b(): string {
        texts.push(bed.encode(inner).text);
        return 'read';
      },
      c: 'secret',
    }),
  });
  expect(bed.content(operation).attributes).toEqual({ a: ['[redacted]'], b: 'read', c: '[redacted]' });
  expect(texts).toEqual([bed.encode(inner).text]);
});

describe('what the journal itself says', () => {
  it('may have a reserved action, or one that was declared once', () => {
    const encoder = createEntryEncoder({ subjects: new HiddenTexts(), actions: ['orders.*'] });
    expect(encoder.encodeOwn({ action: 'audit.journal.pruned' }, FACTS).content.action).toBe(
      'audit.journal.pruned',
    );
    expect(encoder.encodeOwn({ action: 'users.add' }, FACTS).content.action).toBe('users.add');
    expect(refusalOf(() => encoder.encodeOwn({ action: 'not one' }, FACTS)).problems.length).toBe(1);
    expect(refusalOf(() => encoder.encode({ action: 'users.add' }, FACTS)).problems.length).toBe(1);
    expect(refusalOf(() => encoder.encode({ action: 'audit.journal.pruned' }, FACTS)).problems.length).toBe(
      1,
    );
  });

  it('may have texts that are sealed already, which nobody else may', () => {
    const sealed = { $sealed: 'AAAA', subject: 'p' };
    const operation = { action: 'a', actor: { id: sealed }, target: { id: 't', name: sealed } };
    const { encoder, problems } = createBed();
    expect(encoder.encodeOwn(operation as never, FACTS).content).toMatchObject({
      actor: { id: sealed },
      target: { name: sealed },
    });
    expect(problems(operation).map(({ path }) => path)).toEqual(['actor.id', 'target.name']);
  });
});
