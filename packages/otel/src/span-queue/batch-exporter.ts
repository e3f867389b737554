import type { ExportResult } from '@opentelemetry/core';
import { untraced } from '@org/instrument-core';
import type { SpanBatch } from './span-batch.ts';

/** The SDK's `ExportResultCode`, by value. */
const SUCCESS = 0;

/** Takes batches of spans; of an SDK's exporter the part that a queue needs. */
export interface BatchExporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
  /** Hurries with what is on its way, and waits for it. */
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Resolves when the exporter has taken the batch; rejects with why it has not, which it may throw as well. */
export async function exportBatch<Items>(
  exporter: BatchExporter<Items>,
  batch: SpanBatch<Items>,
): Promise<void> {
  const pending = pendingResources(batch);
  if (pending.length > 0) await Promise.all(pending);
  return new Promise((resolve, reject) => {
    untraced(() =>
      exporter.export(batch.items, ({ code, error }) => {
        if (code === SUCCESS) resolve();
        else reject(error);
      }),
    );
  });
}

/** What the resources of the spans still wait for; nearly always it is one resource, and nothing. */
function pendingResources<Items>({ resources }: SpanBatch<Items>): (void | Promise<void>)[] {
  return [...resources]
    .filter(({ asyncAttributesPending }) => asyncAttributesPending)
    .map((resource) => resource.waitForAsyncAttributes?.());
}
