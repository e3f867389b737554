import { findPackage, missingPackage, type Problem, UNIX_DGRAM } from '@org/instrument-core';
import type { LoadExporters } from '@org/instrument-otel';
import type { StatsdInitOptions } from './options.ts';

/** StatsD's own interval for a flush (github.com/statsd/statsd, `flushInterval`), and the one of Datadog's Agent. */
const DEFAULT_INTERVAL = '10s';

/** The exporter of StatsD, for the readers of the OpenTelemetry side. */
export function statsdExporters(given: true | StatsdInitOptions): LoadExporters {
  const { interval, ...options } = given === true ? {} : given;
  const { host, port, path } = options;
  return async (collectedOf) => {
    const { createStatsdExporter } = await import('@org/instrument-statsd');
    const exporter = createStatsdExporter(options, collectedOf);
    const receiver = `statsd ${JSON.stringify([host, port, path])}`;
    return [{ receiver, exporter, interval, defaultInterval: DEFAULT_INTERVAL }];
  };
}

/**
 * What is missing for the transport asked for; asked at set-up, since the exporter is loaded later.
 *
 * @param sources where each option was said, by its path.
 */
export function missingStatsdPackages(
  given: boolean | StatsdInitOptions,
  sources: Readonly<Record<string, string>>,
): Problem[] {
  if (typeof given === 'boolean') return [];
  const { path, transport = path === undefined ? 'udp' : 'unix-datagram' } = given;
  if (transport !== 'unix-datagram' || isInstalled(UNIX_DGRAM.name)) return [];
  const source = sources['statsd.transport'] ?? sources['statsd.path'];
  const problem = missingPackage({ ...UNIX_DGRAM, path: 'statsd.transport' });
  return [source === undefined || source === 'code' ? problem : { ...problem, source }];
}

/** Whether a package is found from the exporter, which is where it will be loaded from. */
function isInstalled(name: string): boolean {
  const exporter = findPackage('@org/instrument-statsd/package.json', import.meta.url);
  return findPackage(name, exporter) !== undefined;
}
