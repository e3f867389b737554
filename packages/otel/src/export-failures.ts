import type { ExportResult } from '@opentelemetry/core';
import type { Receiver } from './receiver.ts';

/** An exporter of the SDK, of whatever. */
interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
}

/** Makes an exporter say where it failed to deliver, and its receiver know how exports end. Returns the same exporter. */
export function describeExportFailures<Items, E extends Exporter<Items>>(
  exporter: E & Exporter<Items>,
  receiver: Receiver,
): E {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    receiver.exporting();
    send(items, (result) => {
      const { error } = result;
      if (error === undefined) receiver.took();
      done(error === undefined ? result : { ...result, error: receiver.refused(error) });
    });
  };
  return exporter;
}
