import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Flags of Node that load a module before the application. */
const PRELOAD_FLAG = /^(?:--import|--require|-r|--loader|--experimental-loader)(?:=(.*))?$/;

/** The modules that this process was told to load before the application, by `execArgv` and `NODE_OPTIONS`. */
export function preloadedModules(execArgv: readonly string[], nodeOptions = ''): string[] {
  const words = [...nodeOptions.split(/\s+/).filter(Boolean), ...execArgv];
  return words.flatMap((word, i) => {
    const match = PRELOAD_FLAG.exec(word);
    if (match === null) return [];
    const value = match[1] ?? words[i + 1];
    return value === undefined ? [] : [value.replace(/^["']|["']$/g, '')];
  });
}

/** Whether a module, by its URL, is among those, named by package, path or URL. */
export function isPreloaded(
  moduleUrl: string,
  names: readonly string[],
  specifier: string,
  cwd: string,
): boolean {
  const base = pathToFileURL(`${cwd}/`);
  return names.some((name) => {
    if (name === specifier) return true;
    try {
      const isPath = name.startsWith('.') || name.startsWith('/');
      const url = isPath || name.startsWith('file:') ? new URL(name, base).href : undefined;
      return url === moduleUrl || pathToFileURL(createRequire(base).resolve(name)).href === moduleUrl;
    } catch {
      return false;
    }
  });
}
