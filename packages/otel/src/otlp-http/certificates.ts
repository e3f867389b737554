import { readFileSync, statSync } from 'node:fs';
import { tell } from '@org/instrument-core';
import { messageOf } from '../message-of.ts';
import { certificateProblems } from './certificate-problems.ts';

/** PEM texts of a TLS client, by the names of `tls.connect`. */
export interface Certificates {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** The variables of the OTLP exporter specification ("Configuration Options") behind each. */
const VARIABLES = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const;
const KEYS = ['ca', 'cert', 'key'] as const;

/** What becomes of a file that cannot be used. */
const IGNORED = 'and is ignored';
const KEPT = 'and what was read before is used';

/** What was said of a file, by its variable: each signal reads it, and so does the end of the process. */
const said = new Map<string, string>();

/** What was made of the files. */
interface Reading {
  readonly certificates: Certificates;
  /** Nothing was left out. */
  readonly isComplete: boolean;
}

/** The variable that names a file, for messages: the one of the signal where it is set, else the common one. */
export function certificateVariable(
  key: keyof Certificates,
  signal: 'metrics' | 'traces',
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${VARIABLES[key]}`;
  return pathIn(environment, own) === undefined ? `OTEL_EXPORTER_OTLP_${VARIABLES[key]}` : own;
}

/**
 * Reads the PEM files that `OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_CERTIFICATE` and `…_CLIENT_KEY` name, or those of
 * the signal (`OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`). One that cannot be read or used is reported, once, and left out.
 */
export function readCertificates(
  signal: 'metrics' | 'traces',
  environment: NodeJS.ProcessEnv = process.env,
): Certificates {
  return read(signal, environment, IGNORED).certificates;
}

/**
 * The same for a client that stays: the same object until a file was changed, then what is in it, so that a certificate that is
 * renewed is used by the next connection. While files are missing or do not belong together, as in the middle of a renewal, those
 * that did count on.
 */
export function watchCertificates(
  signal: 'metrics' | 'traces',
  environment: NodeJS.ProcessEnv = process.env,
): () => Certificates {
  const paths = KEYS.map((key) => pathIn(environment, certificateVariable(key, signal, environment)));
  let current: (Reading & { readonly version: string }) | undefined;
  return () => {
    const version = paths.map(versionOf).join();
    const isKnown = current?.version === version;
    if (isKnown && current?.isComplete === true) return current.certificates;
    // What is not right is looked at again, and may be right by then.
    const found = read(signal, environment, current?.isComplete === true ? KEPT : IGNORED);
    if (current === undefined || found.isComplete || !(isKnown || current.isComplete)) {
      current = { ...found, version };
    }
    return current.certificates;
  };
}

function read(signal: 'metrics' | 'traces', environment: NodeJS.ProcessEnv, consequence: string): Reading {
  const found: { -readonly [Key in keyof Certificates]: Buffer } = {};
  const nameOf = (key: keyof Certificates): string => certificateVariable(key, signal, environment);
  let isComplete = true;
  const leaveOut = (key: keyof Certificates, problem: string): void => {
    delete found[key];
    isComplete = false;
    const name = nameOf(key);
    if (said.get(name) === problem) return;
    said.set(name, problem);
    tell('warn', `${name} ${problem}`);
  };
  for (const key of KEYS) {
    const path = pathIn(environment, nameOf(key));
    if (path === undefined) continue;
    try {
      found[key] = readFileSync(path);
    } catch (error) {
      leaveOut(key, `names a file that cannot be read, ${consequence}: ${messageOf(error)}`);
    }
  }
  for (const { key, problem } of certificateProblems(found, nameOf))
    leaveOut(key, `${problem}, ${consequence}`);
  return { certificates: found, isComplete };
}

function pathIn(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const path = environment[name]?.trim() ?? '';
  return path === '' ? undefined : path;
}

/** Changes with the file, also where another one is linked in its place. */
function versionOf(path: string | undefined): string {
  if (path === undefined) return '';
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return '';
  }
}
