import type { ExportResult } from '@opentelemetry/core';
import { messageOf } from './message-of.ts';

/** An exporter of the SDK, of whatever. */
interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
}

/** What to do about exports of one exporter. */
export interface ExportFailureOptions {
  /** Where the exports go, for messages. */
  readonly destination: string;
  /** Called when an export has not ended after `timeoutMillis`. Default: nobody. */
  readonly onTimeout?: () => void;
  readonly timeoutMillis?: number;
}

/** Makes an exporter say where it failed to deliver, and tell when an export hangs. Returns the same exporter. */
export function describeExportFailures<Items, E extends Exporter<Items>>(
  exporter: E & Exporter<Items>,
  { destination, onTimeout, timeoutMillis }: ExportFailureOptions,
): E {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    const timer = onTimeout === undefined ? undefined : setTimeout(onTimeout, timeoutMillis).unref();
    send(items, (result) => {
      clearTimeout(timer);
      const { error } = result;
      done(error === undefined ? result : { ...result, error: at(destination, error) });
    });
  };
  return exporter;
}

/** The error with the destination; its name stays, since the SDK's own metrics show it as `error.type`. */
function at(destination: string, error: Error & { code?: unknown }): Error {
  const status = typeof error.code === 'number' ? ` answered ${error.code}` : '';
  const described = new Error(`${destination}${status}: ${messageOf(error)}`, { cause: error });
  described.name = error.name;
  return described;
}
