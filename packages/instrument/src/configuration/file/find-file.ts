import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { describeValue, type Problem } from '@org/instrument-core';

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
}

/** Finds and reads the file that `INSTRUMENT_CONFIG` names, or else the one in the working directory. */
export function findConfigurationFile(env: NodeJS.ProcessEnv, cwd: string): Search {
  const named = env.INSTRUMENT_CONFIG?.trim();
  if (named) return readNamed(named, cwd);
  const found: FoundFile[] = [];
  for (const name of NAMES) {
    const path = resolve(cwd, name);
    try {
      found.push({ path, name, text: readText(path) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return unreadable(name, error, undefined);
    }
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

function readNamed(named: string, cwd: string): Search {
  const path = resolve(cwd, named);
  const below = relative(cwd, path);
  const name = below.startsWith('..') || isAbsolute(below) ? path : below;
  if (!/\.(json|ya?ml)$/i.test(path)) {
    const expected = 'a file ending in .yaml, .yml or .json';
    return { problem: { path: '', found: describeValue(named), expected, source: 'INSTRUMENT_CONFIG' } };
  }
  try {
    return { file: { path, name, text: readText(path) } };
  } catch (error) {
    return unreadable(path, error, 'INSTRUMENT_CONFIG');
  }
}

/** The byte order mark that some editors write is no part of the text. */
function readText(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
}

const REASONS: Readonly<Record<string, { found: string; fix: string }>> = {
  ENOENT: { found: 'no file there', fix: 'Create it, correct the path, or unset INSTRUMENT_CONFIG.' },
  EACCES: {
    found: 'a file that this user may not read',
    fix: 'Give the user of the process the right to read it.',
  },
  EISDIR: { found: 'a directory', fix: 'Name a file.' },
};

function unreadable(path: string, cause: unknown, variable: string | undefined): Search {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ''] ?? { found: message, fix: 'Make it readable.' };
  const source = variable === undefined ? path : `${variable}=${path}`;
  const problem = {
    path: '',
    found: reason.found,
    expected: 'a readable configuration file',
    fix: reason.fix,
    source,
  };
  return { problem, cause };
}
