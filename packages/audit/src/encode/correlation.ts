import type { EntryContent } from '../operation/entry.ts';
import type { EncodeCall } from './call.ts';
import type { EntryFacts } from './encoder.ts';
import { plainText } from './entry-text.ts';
import { isList, kindOf } from './kind.ts';
import { tellUnknownKeys } from './known-keys.ts';
import { type EncodeTools, isMatchedBy } from './tools.ts';
import { isSpanId, isTraceId, spanIdOf, traceIdOf } from './trace.ts';

const KEYS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'requestId', 'tenant']);

type Correlation = NonNullable<EntryContent['correlation']>;
type Draft = { -readonly [Key in keyof Correlation]: Correlation[Key] };

/** What an operation belongs to: what it says itself, and else what is known from where it was recorded. */
export function encodeCorrelation(
  tools: EncodeTools,
  given: unknown,
  facts: EntryFacts,
  call: EncodeCall,
): Correlation | undefined {
  const { context } = facts;
  const isKnown = context !== undefined || facts.traceId !== undefined || facts.spanId !== undefined;
  if (given === undefined && !isKnown) return undefined;
  call.field = 'correlation';
  let own: Readonly<Record<string, unknown>> = {};
  if (given !== undefined) {
    if (typeof given === 'object' && given !== null && !isList(given)) {
      own = given as Readonly<Record<string, unknown>>;
      tellUnknownKeys(tools, given, KEYS, call);
    } else {
      call.complain({ path: 'correlation', found: kindOf(given), expected: `{ ${[...KEYS].join(', ')} }` });
    }
  }
  const state = tools.fieldPaths.correlation;
  if (state?.isMatch) return undefined;
  const of = (value: unknown, key: string): string | undefined =>
    value === undefined ? undefined : plainText(tools, value, key, isMatchedBy(tools, state, key), call);
  const traceId = traceIdOf(own.traceId, 'correlation.traceId', call);
  const spanId = spanIdOf(own.spanId, 'correlation.spanId', call);
  const knownTrace = traceId ?? (isTraceId(facts.traceId) ? facts.traceId : undefined);
  // The active span is part of the active trace, and of no other.
  const isActive = traceId === undefined || traceId === facts.traceId;
  const knownSpan = spanId ?? (isActive && isSpanId(facts.spanId) ? facts.spanId : undefined);
  const requestId = of(own.requestId ?? context?.requestId, 'requestId');
  const tenant = of(own.tenant ?? context?.tenant, 'tenant');

  const encoded: Draft = {};
  // In the order of their names, as in canonical JSON.
  if (requestId !== undefined) encoded.requestId = requestId;
  if (knownSpan !== undefined && !isMatchedBy(tools, state, 'spanId')) encoded.spanId = knownSpan;
  if (tenant !== undefined) encoded.tenant = tenant;
  if (knownTrace !== undefined && !isMatchedBy(tools, state, 'traceId')) encoded.traceId = knownTrace;
  for (const _ in encoded) return encoded;
  return undefined;
}
