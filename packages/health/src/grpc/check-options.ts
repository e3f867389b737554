import {
  describeValue,
  InstrumentError,
  type Problem,
  parseDuration,
  unknownKeys,
} from '@org/instrument-core';
import type { Health } from '../health.ts';
import type { GrpcServer, HealthServiceOptions } from './options.ts';
import type { ServiceNames } from './services.ts';

/** Options after validation, defaults filled in. */
export interface ServiceSettings extends ServiceNames {
  readonly pollMillis: number;
}

const KEYS: Readonly<Record<keyof HealthServiceOptions, true>> = {
  services: true,
  checks: true,
  pollInterval: true,
};
const DEFAULT_POLL_MILLIS = 250;

/**
 * Checks the arguments of `addHealthService`.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT`, with all problems at once.
 */
export function checkOptions(
  server: GrpcServer,
  health: Health,
  options: HealthServiceOptions,
): ServiceSettings {
  const problems: Problem[] = [];
  const check = (path: string, value: unknown, expected: string, holds: boolean): void => {
    if (!holds) problems.push({ path, found: describeValue(value), expected });
  };
  check('server', server, 'a Server of @grpc/grpc-js', typeof server?.addService === 'function');
  check(
    'health',
    health,
    '`health` of @org/instrument, or what createHealth() returns',
    typeof health?.watch === 'function',
  );
  check('options', options, 'an object', isRecord(options));
  const given: HealthServiceOptions = isRecord(options) ? options : {};
  problems.push(...unknownKeys(given, Object.keys(KEYS)));
  const { services = {}, checks = true, pollInterval = DEFAULT_POLL_MILLIS } = given;
  check('checks', checks, 'true or false', typeof checks === 'boolean');
  check('services', services, 'an object of queries by service', isRecord(services));
  for (const [service, query] of Object.entries(isRecord(services) ? services : {})) {
    check(`services[${JSON.stringify(service)}]`, query, '{ probe?, check?, exclude? }', isQuery(query));
  }
  const pollMillis = parseDuration(pollInterval) ?? 0;
  check('pollInterval', pollInterval, "a duration of at least 10 ms, such as '250ms'", pollMillis >= 10);
  if (problems.length > 0) {
    throw new InstrumentError(
      'INSTRUMENT_INVALID_ARGUMENT',
      'The arguments of addHealthService are wrong',
      problems,
    );
  }
  return { services: { ...services }, checks, pollMillis };
}

function isQuery(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { probe, check, exclude = [], ...others } = value;
  return (
    [probe, check].every((name) => name === undefined || typeof name === 'string') &&
    Array.isArray(exclude) &&
    exclude.every((name) => typeof name === 'string') &&
    Object.keys(others).length === 0
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
