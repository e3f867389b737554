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

/** Whether a module is named by one of those, or imported by it: a file that contains the specifier is taken to import it. */
export function isNamedBy(names: readonly string[], specifier: string, cwd: string): boolean {
  return names.some((name) => {
    if (name === specifier) return true;
    const file = fileOf(name, cwd);
    return file !== undefined && contains(file, specifier);
  });
}

/** Whether the file of a module is among theirs, whatever path or URL they name it by. */
export function isFileOf(names: readonly string[], moduleUrl: string, cwd: string): boolean {
  return names.some((name) => {
    const file = fileOf(name, cwd);
    return file !== undefined && pathToFileURL(file).href === moduleUrl;
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
