import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** An exporter that answers when a test says so. */
export class ControlledExporter implements SpanExporter {
  /** Names of the spans of each export, in the order of their beginning. */
  readonly batches: string[][] = [];
  readonly #waiting: ((result: ExportResult) => void)[] = [];
  /** Most exports that were on their way at once. */
  mostAtOnce = 0;
  isShutDown = false;
  /** Answers at once while set. */
  answersAtOnce = false;

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.batches.push(spans.map(({ name }) => name));
    if (this.answersAtOnce) done({ code: 0 });
    else this.#waiting.push(done);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#waiting.length);
  }

  get onTheirWay(): number {
    return this.#waiting.length;
  }

  /** Answers the oldest export on its way, and lets what follows from it happen. */
  async answer(result: ExportResult = { code: 0 }): Promise<void> {
    this.#waiting.shift()?.(result);
    await settled();
  }

  /** Answers whatever comes until nothing does any more. */
  async answerAll(): Promise<void> {
    while (this.onTheirWay > 0) await this.answer();
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.isShutDown = true;
  }
}

/** Lets promises settle. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
