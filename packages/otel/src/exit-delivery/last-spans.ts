import type { OtlpTarget } from '../otlp.ts';
import type { SpanBatch } from '../span-queue/span-batch.ts';
import { type FinalRequest, finalRequest } from './final-request.ts';

/** Spans of one request, unless one batch has more; receivers limit the size of one, and all are sent at once. */
const REQUEST_SIZE = 512;

/** The requests that deliver the spans of these batches, in their order. `serialize` writes several batches as one. */
export function lastSpans<Items>(
  target: OtlpTarget,
  batches: readonly SpanBatch<Items>[],
  serialize: (parts: readonly Items[]) => Uint8Array | undefined,
): FinalRequest[] {
  return grouped(batches).flatMap((group) => {
    const body = serialize(group.map(({ items }) => items));
    return body === undefined ? [] : [finalRequest(target, body)];
  });
}

function grouped<Items>(batches: readonly SpanBatch<Items>[]): SpanBatch<Items>[][] {
  const groups: SpanBatch<Items>[][] = [];
  let room = 0;
  for (const batch of batches) {
    const last = groups.at(-1);
    if (last === undefined || batch.size > room) {
      groups.push([batch]);
      room = REQUEST_SIZE - batch.size;
    } else {
      last.push(batch);
      room -= batch.size;
    }
  }
  return groups;
}
