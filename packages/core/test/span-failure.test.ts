import { runInNewContext } from 'node:vm';
import { INVALID_SPAN_CONTEXT, type Span, type SpanStatus, SpanStatusCode, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { markFailed, recordFailure } from '../src/span-failure.ts';

interface Said {
  readonly attributes: Record<string, unknown>;
  readonly statuses: SpanStatus[];
  readonly exceptions: unknown[];
}

/** A span of a tracer that is not ours, and what was said on it. */
function foreignSpan(onException: () => void = () => {}): { readonly span: Span; readonly said: Said } {
  const said: Said = { attributes: {}, statuses: [], exceptions: [] };
  const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  span.setAttribute = (key, value) => {
    said.attributes[key] = value;
    return span;
  };
  span.setStatus = (status) => {
    said.statuses.push(status);
    return span;
  };
  span.recordException = (exception) => {
    onException();
    said.exceptions.push(exception);
  };
  return { span, said };
}

const failed = new Error('fetch failed', { cause: new Error('connection refused') });

const foreign: Error = runInNewContext('new TypeError("card refused")');

const named = (message: string): object => ({ name: 'Refused', message });

test.each([
  ['an error, with its causes', failed, 'fetch failed: connection refused', failed],
  ['an error of another realm', foreign, 'card refused', { ...named('card refused'), stack: foreign.stack }],
  ['a text', 'card refused', 'card refused', named('card refused')],
  ['an object', { code: 7 }, '{"code":7}', named('{"code":7}')],
  [
    'an object that has one',
    { code: 'P2002', message: 'not unique' },
    'not unique',
    { code: 'P2002', ...named('not unique') },
  ],
  ['nothing', undefined, 'nothing', named('nothing')],
])('the message is that of %s', (_, error, message, exception) => {
  const { span, said } = foreignSpan();
  recordFailure(span, 'Refused', error);
  expect(said).toEqual({
    attributes: { 'error.type': 'Refused' },
    statuses: [{ code: SpanStatusCode.ERROR, message }],
    exceptions: [exception],
  });
});

test('an error that cannot be looked at is said to be one', () => {
  const trap = (): never => {
    throw new Error('trap');
  };
  const { span, said } = foreignSpan();
  recordFailure(span, 'Error', new Proxy(new Error(), { get: trap, getPrototypeOf: trap }));
  expect(said.statuses.at(-1)?.code).toBe(SpanStatusCode.ERROR);
  expect(said.exceptions).toHaveLength(1);
});

test('what was said before the span throws stays said', () => {
  const { span, said } = foreignSpan(() => {
    throw new Error('no room');
  });
  expect(() => recordFailure(span, 'Error', failed)).toThrow('no room');
  expect(said.attributes).toEqual({ 'error.type': 'Error' });
  expect(said.statuses).toEqual([
    { code: SpanStatusCode.ERROR, message: 'fetch failed: connection refused' },
  ]);
});

test('where nothing was thrown there is no message and no exception', () => {
  const { span, said } = foreignSpan();
  markFailed(span, 'Error');
  expect(said).toEqual({
    attributes: { 'error.type': 'Error' },
    statuses: [{ code: SpanStatusCode.ERROR }],
    exceptions: [],
  });
});
