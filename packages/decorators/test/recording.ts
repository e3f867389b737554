import type { Attributes, SpanContext } from '@opentelemetry/api';
import { installRuntime, type OperationDescription, type Recorder } from '@org/instrument-core';
import { afterEach, beforeEach } from 'vitest';

/** A call that has ended, as the recorder was told. */
export interface Ended {
  readonly operation: string;
  readonly function: string;
  readonly success: boolean;
  readonly errorType: string;
  readonly attributes: Attributes | undefined;
  readonly spanContext: SpanContext | undefined;
  readonly millis: number;
}

/** Writes down all that instrumented functions say. */
export class Recording implements Recorder {
  readonly operations: OperationDescription[] = [];
  readonly ended: Ended[] = [];
  readonly firstItems: number[] = [];
  readonly items: number[] = [];
  begun = 0;
  ignored = 0;
  active = 0;

  operation(description: OperationDescription): ReturnType<Recorder['operation']> {
    this.operations.push(description);
    return {
      begin: () => {
        this.active++;
        return { call: ++this.begun };
      },
      end: (_token, startMillis, endMillis, success, errorType, attributes, spanContext) => {
        this.active--;
        this.ended.push({
          operation: description.name,
          function: description.function,
          success,
          errorType,
          attributes,
          spanContext,
          millis: endMillis - startMillis,
        });
      },
      ignore: () => {
        this.active--;
        this.ignored++;
      },
      firstItem: (millis) => void this.firstItems.push(millis),
      items: (count) => void this.items.push(count),
    };
  }

  /** The error types of the calls that ended, in order; `'none'` for those that ended well. */
  get outcomes(): string[] {
    return this.ended.map((call) => call.errorType);
  }
}

/** Installs a fresh {@link Recording} for each test of the file. */
export function useRecording(): { readonly current: Recording } {
  const holder = { current: new Recording() };
  let uninstall = (): void => {};
  beforeEach(() => {
    holder.current = new Recording();
    uninstall = installRuntime({ recorder: holder.current });
  });
  afterEach(() => uninstall());
  return holder;
}

/** Lets everything run that is due now, microtasks and unhandled rejections included. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
