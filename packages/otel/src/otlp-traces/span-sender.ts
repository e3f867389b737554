import type { MeterProvider } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { sdkOtlpTransformer } from '#sdk';
import type { FinalRequest } from '../exit-delivery/final-request.ts';
import { lastSpans } from '../exit-delivery/last-spans.ts';
import { describeExportFailures } from '../export-failures.ts';
import type { OtlpTarget } from '../otlp.ts';
import { otlpFailure } from '../otlp-failures.ts';
import { createJsonTraceSerializer } from '../otlp-json/serializers.ts';
import { Receiver } from '../receiver.ts';
import { createSpanList, type SpanBatch } from '../span-queue/span-batch.ts';
import { SpanQueue, type SpanQueueOptions } from '../span-queue/span-queue.ts';
import { resendOf } from '../undelivered.ts';
import { EncodedSpans } from './encoded-spans.ts';
import { createOtlpSpanExporter, type SpanForm } from './exporter.ts';
import { createTraceSerializer } from './serializer.ts';

/** Exports at once while somebody waits: a queue of the default size is four batches. */
const FLUSH_CONCURRENCY = 4;

/** Settings of a queue, whatever it keeps spans in. */
export type QueueSettings = Omit<
  SpanQueueOptions<never>,
  'exporter' | 'createBatch' | 'flushConcurrency' | 'resend' | 'stop'
>;

/** What sends spans over OTLP. */
export interface SpanSender {
  readonly processor: SpanProcessor;
  /** Takes out what is not known to be delivered, for when the process ends at once. */
  takeLast(): FinalRequest[];
  /** Why spans are not delivered, as far as the receiver has shown it. */
  whyLate(): string | undefined;
}

/** A form that spans are queued and sent in. */
interface SenderForm<Items, Response> extends SpanForm<Items, Response> {
  readonly createBatch: () => SpanBatch<Items>;
  /** Writes several batches as one request. */
  readonly join: (parts: readonly Items[]) => Uint8Array | undefined;
}

/**
 * Queues ended spans and sends them to a target: for protobuf as bytes from the moment they end, for JSON as the SDK
 * writes them. Once `stop` is aborted, nothing is sent any more.
 */
export function createSpanSender(
  target: OtlpTarget,
  settings: QueueSettings,
  meters: MeterProvider,
  stop: AbortSignal,
): SpanSender {
  const sender = <Items, Response>(form: SenderForm<Items, Response>): SpanSender => {
    const receiver = new Receiver(otlpFailure(target));
    const onFault = (error: Error): void => void receiver.attemptFailed(error);
    const exporter = describeExportFailures(
      createOtlpSpanExporter(target, form, meters, stop, onFault),
      receiver,
    );
    const queue = new SpanQueue({
      ...settings,
      exporter,
      createBatch: form.createBatch,
      flushConcurrency: FLUSH_CONCURRENCY,
      resend: resendOf,
      stop,
    });
    return {
      processor: queue,
      takeLast: () => lastSpans(target, queue.drain(), form.join),
      whyLate: () => receiver.whyLate(),
    };
  };
  if (target.protocol === 'http/json') {
    const serializer = createJsonTraceSerializer();
    return sender({
      serializer,
      countItems: listed,
      createBatch: createSpanList,
      join: (parts) => serializer.serializeRequest(parts.flat()),
    });
  }
  // An empty message says that all was taken, as most do: the package and what it brings are loaded for others only.
  const serializer = createTraceSerializer((data) =>
    data.length === 0 ? {} : sdkOtlpTransformer().ProtobufTraceSerializer.deserializeResponse(data),
  );
  return sender({
    serializer,
    countItems: encoded,
    createBatch: () => new EncodedSpans(),
    // Messages one behind the other are one message, with the elements of all (protobuf, "Encoding", "Merging").
    join: (parts) => Buffer.concat(parts.map((part) => serializer.serializeRequest(part) as Uint8Array)),
  });
}

// The metrics of an exporter, which have one of these, outlive it.
function listed({ length }: { readonly length: number }): number {
  return length;
}

function encoded({ size }: { readonly size: number }): number {
  return size;
}
