import { readFileSync, readlinkSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { describeValue, type Problem } from '@org/instrument-core';
import { decode } from './decode.ts';

/** Names looked for in the working directory, the one to keep first. */
const NAMES = ['instrument.config.yaml', 'instrument.config.yml', 'instrument.config.json'];

/** A configuration file and its text. */
export interface FoundFile {
  readonly path: string;
  /** Short name for messages: relative to the working directory where it is below it. */
  readonly name: string;
  readonly text: string;
}

/** What looking for a file came to: a file, nothing, or why it cannot be used. */
export interface Search {
  readonly file?: FoundFile;
  readonly problem?: Problem;
  /** Why reading failed. */
  readonly cause?: unknown;
  /** Why nothing could be looked for. */
  readonly warning?: Problem;
}

/**
 * Finds and reads the file that `INSTRUMENT_CONFIG` names, or else the one in the working directory. Without a working
 * directory there is no file but one that is named from the root.
 */
export function findConfigurationFile(env: NodeJS.ProcessEnv, cwd: string | undefined): Search {
  const named = env.INSTRUMENT_CONFIG?.trim();
  if (named && (cwd !== undefined || isAbsolute(named))) return readNamed(named, cwd);
  if (cwd === undefined) return { warning: nowhere(named) };
  const found: FoundFile[] = [];
  for (const name of NAMES) {
    const path = resolve(cwd, name);
    const search = readFile(path, name, name);
    if (search.file !== undefined) found.push(search.file);
    else if (!isAbsent(path, search.cause)) return search;
  }
  const [file, ...others] = found;
  if (file === undefined) return {};
  if (others.length === 0) return { file };
  const names = others.map((other) => other.name).join(' and ');
  const problem: Problem = {
    path: '',
    found: `${found.length} configuration files: ${found.map(({ name }) => name).join(', ')}`,
    expected: 'one',
    fix: `Keep ${file.name} and delete ${names}, or name the one to read in INSTRUMENT_CONFIG.`,
    source: cwd,
  };
  return { problem };
}

function readNamed(named: string, cwd: string | undefined): Search {
  const path = cwd === undefined ? named : resolve(cwd, named);
  const below = cwd === undefined ? path : relative(cwd, path);
  const name = below.startsWith('..') || isAbsolute(below) ? path : below;
  if (!/\.(json|ya?ml)$/i.test(path)) {
    const expected = 'a file ending in .yaml, .yml or .json';
    return { problem: { path: '', found: describeValue(named), expected, source: 'INSTRUMENT_CONFIG' } };
  }
  return readFile(path, name, `INSTRUMENT_CONFIG=${path}`);
}

/** @param source what messages call a file that cannot be read. */
function readFile(path: string, name: string, source: string): Search {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    return { problem: unreadable(path, cause, source), cause };
  }
  const { text, found = '', line } = decode(bytes);
  if (text !== undefined) return { file: { path, name, text } };
  const fix = 'Save it as UTF-8, in an editor or with iconv -t UTF-8.';
  return { problem: { path: '', found, expected: 'UTF-8', fix, source: `${name}:${line}` } };
}

/** A link whose target is missing is there itself. */
function isAbsent(path: string, cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' && targetOf(path) === undefined;
}

/** What a link points to; `undefined` of all that is no link. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, { found: string; fix: string }>> = {
  ENOENT: { found: 'no file there', fix: 'Create it, correct the path, or unset INSTRUMENT_CONFIG.' },
  EACCES: {
    found: 'a file that this user may not read',
    fix: 'Give the user of the process the right to read it.',
  },
  EISDIR: { found: 'a directory', fix: 'Name a file.' },
};

function unreadable(path: string, cause: unknown, source: string): Problem {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const expected = 'a readable configuration file';
  const target = code === 'ENOENT' ? targetOf(path) : undefined;
  if (target !== undefined) {
    const fix = 'Create the file, or correct or remove the link.';
    return { path: '', found: `a link to ${target}, where no file is`, expected, fix, source };
  }
  const { found, fix } = REASONS[code] ?? { found: message, fix: 'Make it readable.' };
  return { path: '', found, expected, fix, source };
}

/** The working directory has been deleted: nothing can be looked for in it, which is no reason not to start. */
function nowhere(named: string | undefined): Problem {
  return {
    path: '',
    found: 'no working directory',
    expected: 'one, to look for the configuration file in',
    fix: 'It has been deleted, so no file is read. INSTRUMENT_CONFIG can name one by its absolute path.',
    ...(named ? { source: `INSTRUMENT_CONFIG=${named}` } : {}),
  };
}
