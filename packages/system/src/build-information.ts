import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { BuildOptions } from './options.ts';

/**
 * Where build systems and platforms leave the commit: what images are built with; GitHub, GitLab, CircleCI, Jenkins and
 * Bitbucket; Heroku, Vercel, Render, Railway and Cloudflare Pages.
 */
const REVISION_VARIABLES = [
  'GIT_COMMIT',
  'GIT_SHA',
  'COMMIT_SHA',
  'SOURCE_COMMIT',
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'SOURCE_VERSION',
  'HEROKU_SLUG_COMMIT',
  'VERCEL_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'CF_PAGES_COMMIT_SHA',
];
/** A commit, not a sentence. */
const REVISION = /^[\w.\-/+]{4,64}$/;

/** Attributes of `instrument.build.info`: what is not known is left out. */
export function buildInformation(
  options: BuildOptions,
  env: Readonly<Record<string, string | undefined>>,
  mainFile: string | undefined,
): Attributes {
  const version = options.version ?? versionOf(mainFile);
  const revision =
    options.revision ??
    REVISION_VARIABLES.map((name) => env[name]?.trim()).find(
      (text) => text !== undefined && REVISION.test(text),
    );
  return {
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...(version === undefined ? {} : { 'service.version': version }),
    ...(revision === undefined ? {} : { 'vcs.ref.head.revision': revision }),
  };
}

/** `version` of the `package.json` nearest to a file, which says no version where it is only there for its `type`. */
function versionOf(mainFile: string | undefined): string | undefined {
  if (mainFile === undefined) return undefined;
  let directory: string;
  try {
    directory = dirname(realpathSync(mainFile));
  } catch {
    return undefined;
  }
  for (;;) {
    try {
      const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
        version?: unknown;
      };
      if (typeof version === 'string' && version !== '') return version;
    } catch {
      // None here, or none that can be read.
    }
    const parent = dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}
