import { context, propagation, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import type { OtelOptions } from '../src/index.ts';
import { startPropagation } from '../src/propagation.ts';

const HEADERS = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'tenant=shop',
};

let stop: (() => void) | undefined;

afterEach(() => {
  stop?.();
  stop = undefined;
});

/** What a service passes on that is called with all headers. */
function passedOn(propagators?: OtelOptions['propagators']): Record<string, string> {
  stop = startPropagation(propagators);
  const outgoing: Record<string, string> = {};
  propagation.inject(propagation.extract(ROOT_CONTEXT, HEADERS), outgoing);
  return outgoing;
}

describe('propagation', () => {
  it('passes on W3C trace context and baggage', () => {
    expect(passedOn()).toEqual(HEADERS);
    expect(propagation.fields()).toEqual(['traceparent', 'tracestate', 'baggage']);
  });

  it('passes on only what is asked for', () => {
    expect(passedOn(['baggage'])).toEqual({ baggage: 'tenant=shop' });
    stop?.();
    expect(passedOn(['none'])).toEqual({});
  });

  it('takes a propagator of the user; one that throws leaves the others alone', () => {
    const broken: TextMapPropagator = {
      inject: () => {
        throw new Error('bad propagator');
      },
      extract: () => {
        throw new Error('bad propagator');
      },
      fields: () => ['x-broken'],
    };
    expect(passedOn([broken, 'baggage'])).toEqual({ baggage: 'tenant=shop' });
    expect(propagation.fields()).toEqual(['x-broken', 'baggage']);
  });

  it('keeps a context through timers and awaits', async () => {
    stop = startPropagation();
    const key = Symbol('key');
    await context.with(ROOT_CONTEXT.setValue(key, 'kept'), async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(context.active().getValue(key)).toBe('kept');
    });
  });

  it('leaves what another SDK has registered, at the start and at the end', () => {
    const other: TextMapPropagator = {
      inject: (_context, carrier) => {
        (carrier as Record<string, string>).other = 'yes';
      },
      extract: (given) => given,
      fields: () => ['other'],
    };
    propagation.setGlobalPropagator(other);
    startPropagation()();
    expect(propagation.fields()).toEqual(['other']);
    propagation.disable();
  });
});
