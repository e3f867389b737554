import { describeValue, type Problem, unknownKeys } from '@org/instrument-core';
import { recordOf } from './option-problems.ts';
import type { HealthPaths } from './options.ts';

/** What an endpoint is for: the name of its path among the options. */
export type EndpointKind = keyof HealthPaths;

/** One path that is served. */
export interface Endpoint {
  readonly kind: EndpointKind;
  /** With the base path. */
  readonly path: string;
}

const DEFAULT_PATHS = { health: '/health', live: '/livez', ready: '/readyz', startup: '/startupz' } as const;
const KINDS = Object.keys(DEFAULT_PATHS) as EndpointKind[];
/** A path with at least one segment, none of them empty, and nothing that would have to be decoded. */
const PATH = /^(?:\/[\w.~!$&'()*+,;=:@-]+)+$/;

/** The endpoints that `paths` and `basePath` ask for, longest path first; problems are added to `problems`. */
export function endpointsOf(given: Record<string, unknown>, problems: Problem[]): Endpoint[] {
  const paths = recordOf('paths', given.paths ?? {}, problems);
  problems.push(...unknownKeys(paths, KINDS, 'paths.'));
  const base = basePathOf(given.basePath, problems);
  const endpoints: Endpoint[] = [];
  for (const kind of KINDS) {
    const path = paths[kind] ?? DEFAULT_PATHS[kind];
    if (path === false) continue;
    if (typeof path !== 'string' || !PATH.test(path)) {
      problems.push({
        path: `paths.${kind}`,
        found: describeValue(path),
        expected: `a path such as '${DEFAULT_PATHS[kind]}', or false to leave it out`,
        fix: 'It starts with a slash, ends without one, and holds no query and nothing percent-encoded.',
      });
      continue;
    }
    const same = endpoints.find((endpoint) => endpoint.path === base + path);
    if (same !== undefined) {
      problems.push({
        path: `paths.${kind}`,
        found: `${describeValue(path)}, which paths.${same.kind} has too`,
        expected: 'a path of its own',
      });
    }
    endpoints.push({ kind, path: base + path });
  }
  return endpoints.sort((a, b) => b.path.length - a.path.length);
}

function basePathOf(basePath: unknown, problems: Problem[]): string {
  if (basePath === undefined || basePath === '' || basePath === '/') return '';
  const text = typeof basePath === 'string' ? basePath.replace(/\/$/, '') : '';
  if (PATH.test(text)) return text;
  problems.push({ path: 'basePath', found: describeValue(basePath), expected: "a path such as '/internal'" });
  return '';
}

/** The endpoint that a path belongs to: its own, or one below it. */
export function endpointAt(endpoints: readonly Endpoint[], path: string): Endpoint | undefined {
  return endpoints.find(
    (endpoint) =>
      path.startsWith(endpoint.path) &&
      (path.length === endpoint.path.length || path[endpoint.path.length] === '/'),
  );
}
