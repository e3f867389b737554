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
  /** What to look at when an export failed like this, as a sentence. Default: nothing. */
  readonly hint?: (error: Error & { code?: unknown }) => string | undefined;
}

/** Makes an exporter say where it failed to deliver. Returns the same exporter. */
export function describeExportFailures<Items, E extends Exporter<Items>>(
  exporter: E & Exporter<Items>,
  { destination, hint }: ExportFailureOptions,
): E {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    send(items, (result) => {
      const { error } = result;
      done(error === undefined ? result : { ...result, error: at(destination, error, hint?.(error)) });
    });
  };
  return exporter;
}

/** The error with the destination; its name stays, since the SDK's own metrics show it as `error.type`. */
function at(destination: string, error: Error & { code?: unknown }, hint: string | undefined): Error {
  const status = typeof error.code === 'number' ? ` answered ${error.code}` : '';
  const message = [`${destination}${status}: ${messageOf(error)}`, ...(hint === undefined ? [] : [hint])];
  const described = new Error(message.join('. '), { cause: error });
  described.name = error.name;
  return described;
}
