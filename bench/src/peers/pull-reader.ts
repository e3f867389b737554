import { MetricReader } from '@opentelemetry/sdk-metrics';

/** A reader of the SDK that is asked by hand: what makes its instruments record, and nothing more. */
export class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
