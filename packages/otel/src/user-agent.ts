import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

let agent: string | undefined;

/** OTLP exporter specification, "User Agent": the exporter, its language and its version. */
export function userAgent(): string {
  if (agent === undefined) {
    // By our own name: what is built does not stand where its source does.
    const { version } = require('@org/instrument-otel/package.json') as { version: string };
    agent = `OTel-OTLP-Exporter-JavaScript/${version} (@org/instrument)`;
  }
  return agent;
}
