import type { Health, HealthQuery } from '../health.ts';
import type { Endpoint, EndpointKind } from './endpoints.ts';
import { decodeQuery, decodeSegments, type RequestTarget } from './request-target.ts';
import { type UnknownName, unknownName } from './unknown-name.ts';

/** What a URL asks for. */
export interface Route {
  readonly kind: EndpointKind;
  /** Name of the probe in texts: `readyz`. */
  readonly label: string;
  readonly query: HealthQuery;
  /** The same for the same query, however it was written. */
  readonly queryKey: string;
  readonly verbose: boolean;
}

/** Why a URL cannot be answered. */
export interface Refusal extends UnknownName {
  readonly kind: EndpointKind;
  readonly status: 400 | 404;
}

const PROBES = { live: 'liveness', ready: 'readiness', startup: 'startup' } as const;

/** Finds out what is asked for below an endpoint, and whether it exists. */
export function resolveTarget(health: Health, endpoint: Endpoint, target: RequestTarget): Route | Refusal {
  const { kind } = endpoint;
  const segments = decodeSegments(target.path.slice(endpoint.path.length));
  const parameters = decodeQuery(target.query);
  if (segments === undefined || parameters === undefined) {
    return { kind, status: 400, text: 'The percent-encoding of this URL is malformed.', hint: '' };
  }
  const found = kind === 'health' ? findAny(health, segments) : findInProbe(health, kind, segments);
  if ('hint' in found) return { kind, status: 404, ...found };
  const exclude = excludedBy(parameters);
  const known = new Set(health.names());
  const stranger = exclude.find((name) => !known.has(name));
  if (stranger !== undefined) {
    const candidates = kind === 'health' ? [...known] : namesOf(health, PROBES[kind]);
    return { kind, status: 400, ...unknownName('check to exclude', stranger, candidates) };
  }
  const query: HealthQuery = { ...found, ...(exclude.length === 0 ? {} : { exclude }) };
  return {
    kind,
    label: endpoint.path.slice(endpoint.path.lastIndexOf('/') + 1),
    query,
    // Names hold no control characters.
    queryKey: [query.probe ?? '', query.check ?? '', ...exclude].join('\n'),
    verbose: isOn(parameters.get('verbose')),
  };
}

/** Below `/health`: nothing, a group or a check, a check of a group. A group goes before a check of the same name. */
function findAny(health: Health, segments: readonly string[]): HealthQuery | UnknownName {
  const [first, second, ...rest] = segments;
  if (first === undefined) return {};
  const probes = health.probes();
  const names = health.names();
  if (second === undefined) {
    if (probes.includes(first)) return { probe: first };
    return names.includes(first)
      ? { check: first }
      : unknownName('group or check', first, [...probes, ...names]);
  }
  if (!probes.includes(first)) return unknownName('group', first, probes);
  return findCheck(health, first, [second, ...rest]);
}

/** Below a probe: nothing, or one of its checks. */
function findInProbe(
  health: Health,
  kind: Exclude<EndpointKind, 'health'>,
  segments: readonly string[],
): HealthQuery | UnknownName {
  const probe = PROBES[kind];
  return segments.length === 0 ? { probe } : findCheck(health, probe, segments);
}

function findCheck(health: Health, probe: string, segments: readonly string[]): HealthQuery | UnknownName {
  const check = segments.join('/');
  const known = namesOf(health, probe);
  // Names hold no slash: deeper paths are unknown by themselves.
  return known.includes(check) ? { probe, check } : unknownName(`check of ${probe}`, check, known);
}

function namesOf(health: Health, probe: string): string[] {
  return health.report({ probe }).components.map(({ name }) => name);
}

/** In a fixed order and once each. */
function excludedBy(parameters: URLSearchParams): string[] {
  const names = parameters.getAll('exclude').flatMap((value) => value.split(','));
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))].sort();
}

function isOn(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}
