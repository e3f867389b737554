import { readFileSync } from 'node:fs';
import { tell } from '@org/instrument-core';
import { messageOf } from '../message-of.ts';

/** PEM texts of a TLS client, by the names of `tls.connect`. */
export interface Certificates {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** The variables of the OTLP exporter specification ("Configuration Options") behind each. */
const VARIABLES = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const;

/** What was said of a file, by its variable: each signal reads it, and over gRPC each connection. */
const said = new Map<string, string>();

/**
 * Reads the PEM files that `OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_CERTIFICATE` and `…_CLIENT_KEY` name, or those of
 * the signal (`OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`). One that cannot be read is reported, once, and left out.
 */
export function readCertificates(
  signal: 'metrics' | 'traces',
  environment: NodeJS.ProcessEnv = process.env,
): Certificates {
  const read: Record<string, Buffer> = {};
  for (const [key, suffix] of Object.entries(VARIABLES)) {
    const names = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`, `OTEL_EXPORTER_OTLP_${suffix}`];
    const name = names.find((each) => (environment[each]?.trim() ?? '') !== '');
    if (name === undefined) continue;
    try {
      read[key] = readFileSync((environment[name] as string).trim());
    } catch (error) {
      const problem = messageOf(error);
      if (said.get(name) === problem) continue;
      said.set(name, problem);
      tell('warn', `${name} names a file that cannot be read, and is ignored: ${problem}`);
    }
  }
  return read;
}
