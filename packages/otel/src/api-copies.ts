import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiFile, loadedFiles } from '#sdk';
import { sayToAll } from './diagnostics.ts';

const API_PATH = /^(.*[\\/]@opentelemetry[\\/]api)[\\/]/;
/** When copies are looked for after the start: an application that was preloaded for loads its own copy later. */
const CHECKS_AFTER_MILLIS = [1_000, 10_000, 60_000];

/** A copy of `@opentelemetry/api` that this process has loaded. */
export interface ApiCopy {
  readonly directory: string;
  readonly version: string;
}

/**
 * The copies of `@opentelemetry/api` that were loaded as CommonJS, ours first. Copies of one version share their
 * globals; a copy that is newer than the one that registered, or of another major version, gets nothing.
 */
export function loadedApiCopies(): ApiCopy[] {
  const directories = new Set([apiFile(), ...loadedFiles()].map(directoryOf));
  return [...directories].flatMap((directory) => {
    const version = directory === undefined ? undefined : versionIn(directory);
    return directory === undefined || version === undefined ? [] : [{ directory, version }];
  });
}

/** Says it when copies of different versions are loaded, with what to do. Returns whether there are any. */
export function warnOfOtherApiCopies(copies: readonly ApiCopy[] = loadedApiCopies()): boolean {
  const [ours, ...others] = copies;
  const different = others.filter((copy) => copy.version !== ours?.version);
  if (ours === undefined || different.length === 0) return false;
  const list = different.map((copy) => `${copy.version} in ${dirname(copy.directory)}`).join(', ');
  sayToAll(
    `Several versions of @opentelemetry/api are loaded: ${ours.version} by @org/instrument, and ${list}. What uses the ` +
      'others may record nothing. Install one version: run "npm ls @opentelemetry/api", then add an override ' +
      `(npm "overrides", pnpm "overrides", yarn "resolutions") for @opentelemetry/api ${ours.version}.`,
    ours.version,
  );
  return true;
}

/** Looks for other copies until some are found and said. */
export interface ApiCopyWatch {
  check(): void;
  stop(): void;
}

/** Looks for other copies now, and a few times later. */
export function watchApiCopies(): ApiCopyWatch {
  let isOver = warnOfOtherApiCopies();
  const check = (): void => {
    isOver ||= warnOfOtherApiCopies();
  };
  const timers = isOver ? [] : CHECKS_AFTER_MILLIS.map((millis) => setTimeout(check, millis).unref());
  return {
    check,
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function directoryOf(file = ''): string | undefined {
  return API_PATH.exec(file)?.[1];
}

function versionIn(directory: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version?: string })
      .version;
  } catch {
    // Not a package after all, or gone since it was loaded.
    return undefined;
  }
}
