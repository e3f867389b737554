import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { diag } from '@opentelemetry/api';

const require = createRequire(import.meta.url);
const API_PATH = /^(.*[\\/]@opentelemetry[\\/]api)[\\/]/;

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
  const directories = new Set([directoryOf(require.resolve('@opentelemetry/api'))]);
  for (const file of Object.keys(require.cache)) directories.add(directoryOf(file));
  return [...directories].flatMap((directory) => {
    const manifest = directory === undefined ? undefined : join(directory, 'package.json');
    if (directory === undefined || manifest === undefined || !existsSync(manifest)) return [];
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return [{ directory, version }];
  });
}

/** Says it when copies of different versions are loaded, with what to do. Returns whether there are any. */
export function warnOfOtherApiCopies(copies: readonly ApiCopy[] = loadedApiCopies()): boolean {
  const [ours, ...others] = copies;
  const different = others.filter((copy) => copy.version !== ours?.version);
  if (ours === undefined || different.length === 0) return false;
  const list = different.map((copy) => `${copy.version} in ${dirname(copy.directory)}`).join(', ');
  diag.error(
    `Several versions of @opentelemetry/api are loaded: ${ours.version} by @org/instrument, and ${list}. What uses the ` +
      'others may record nothing. Install one version: run "npm ls @opentelemetry/api", then add an override ' +
      `(npm "overrides", pnpm "overrides", yarn "resolutions") for @opentelemetry/api ${ours.version}.`,
  );
  return true;
}

function directoryOf(file: string): string | undefined {
  return API_PATH.exec(file)?.[1];
}
