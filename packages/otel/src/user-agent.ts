import { ownVersion } from '#sdk';

let agent: string | undefined;

/** OTLP exporter specification, "User Agent": the exporter, its language and its version. */
export function userAgent(): string {
  if (agent === undefined) {
    agent = `OTel-OTLP-Exporter-JavaScript/${ownVersion()} (@org/instrument)`;
  }
  return agent;
}
