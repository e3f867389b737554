import { createContextKey, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withSpan } from '../src/span-context.ts';

const SPAN = createContextKey('OpenTelemetry Context Key SPAN');
const KEYS = [SPAN, createContextKey('a'), createContextKey('b')];

it("holds what the API's own context holds after the same changes", () => {
  const spans = [1, 2].map(() => trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
  const change = fc.record({
    what: fc.constantFrom('span', 'set', 'delete'),
    key: fc.constantFrom(...KEYS),
    value: fc.constantFrom(...spans),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      let ours = ROOT_CONTEXT;
      let theirs = ROOT_CONTEXT;
      const earlier = [];
      for (const { what, key, value } of changes) {
        earlier.push({ ours, theirs });
        ours =
          what === 'span'
            ? withSpan(ours, value)
            : what === 'set'
              ? ours.setValue(key, value)
              : ours.deleteValue(key);
        theirs =
          what === 'span'
            ? trace.setSpan(theirs, value)
            : what === 'set'
              ? theirs.setValue(key, value)
              : theirs.deleteValue(key);
      }
      for (const both of [...earlier, { ours, theirs }]) {
        for (const key of KEYS) expect(both.ours.getValue(key)).toBe(both.theirs.getValue(key));
        expect(trace.getSpan(both.ours)).toBe(trace.getSpan(both.theirs));
      }
    }),
  );
});
