import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { requireFrom } from '@org/instrument-core';

/** Flags of Node that load a module before the application. */
const PRELOAD_FLAG = /^(?:--import|--require|-r|--loader|--experimental-loader)(?:=(.*))?$/;
/** Words of `NODE_OPTIONS`: a part in double quotes may contain spaces. */
const WORD = /(?:"(?:\\.|[^"\\])*"|[^\s"])+/g;

/** The modules that this process was told to load before the application, by `execArgv` and `NODE_OPTIONS`. */
export function preloadedModules(execArgv: readonly string[], nodeOptions = ''): string[] {
  const words = [...(nodeOptions.match(WORD) ?? []).map(unquoted), ...execArgv];
  return words.flatMap((word, i) => {
    const match = PRELOAD_FLAG.exec(word);
    if (match === null) return [];
    const value = match[1] ?? words[i + 1];
    return value === undefined ? [] : [value];
  });
}

/** The files of those modules, as far as they are there. */
export function preloadedFiles(
  execArgv: readonly string[],
  nodeOptions: string | undefined,
  cwd: string,
): string[] {
  return preloadedModules(execArgv, nodeOptions).flatMap((name) => fileOf(name, cwd) ?? []);
}

/**
 * Whether a module is among those, named by package, path or URL, or imported by one of them: a file that was
 * preloaded and contains the specifier is taken to import it.
 */
export function isPreloaded(
  moduleUrl: string,
  names: readonly string[],
  specifier: string,
  cwd: string,
): boolean {
  return names.some((name) => {
    if (name === specifier) return true;
    const file = fileOf(name, cwd);
    if (file === undefined) return false;
    return pathToFileURL(file).href === moduleUrl || contains(file, specifier);
  });
}

function fileOf(name: string, cwd: string): string | undefined {
  try {
    const path = name.startsWith('file:') ? fileURLToPath(name) : name;
    return requireFrom(pathToFileURL(`${cwd}/`)).resolve(path);
  } catch {
    return undefined;
  }
}

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(text);
  } catch {
    return false;
  }
}

function unquoted(word: string): string {
  return word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1'));
}
