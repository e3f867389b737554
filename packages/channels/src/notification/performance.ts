import { numberOf, textOf } from './fields.ts';
import type { EventReader } from './reading.ts';
import { describeMillis } from './words.ts';

/** Reads what instrumented calls say. The key is the operation. */
export const readPerformance: EventReader = (event, payload) => {
  const metric = textOf(payload, 'metric');
  if (event === 'performance.metric.recorded' && metric !== undefined) {
    const value = `${numberOf(payload, 'value') ?? payload.value ?? '?'} ${textOf(payload, 'unit') ?? ''}`;
    return { severity: 'info', key: `performance/${metric}`, title: `${metric}: ${value}` };
  }
  const operation = textOf(payload, 'operation');
  if (operation === undefined) return undefined;
  const key = `performance/${operation}`;
  const took = numberOf(payload, 'durationMillis');
  if (took === undefined) return { severity: 'info', key, title: `${operation} has begun` };
  if (payload.success !== false) {
    return { severity: 'info', key, title: `${operation} took ${describeMillis(took)}` };
  }
  const type = textOf(payload, 'errorType');
  const kind = type === undefined || type === 'none' ? '' : `: ${type}`;
  return { severity: 'warning', key, title: `${operation} failed after ${describeMillis(took)}${kind}` };
};
