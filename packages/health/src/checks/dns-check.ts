import { promises } from 'node:dns';
import { type Duration, describeValue, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { DNS_RECORD_TYPES, type DnsAnswer, type DnsRecordType, recordTexts } from './dns-records.ts';
import { errorText } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { timedResult } from './response-time.ts';

/** Options of {@link dnsCheck}. */
export interface DnsCheckOptions {
  readonly hostname: string;
  /** Default `A`. */
  readonly type?: DnsRecordType | undefined;
  /** Servers to ask, `address` or `address:port`. Default those of the system. */
  readonly servers?: readonly string[] | undefined;
  /**
   * Records that must be among the answers, in the form of zone files: `10 mail.example.com` for MX, priority, weight,
   * port and name for SRV. Default none: any answer is right.
   */
  readonly expected?: readonly string[] | undefined;
  /** Slower than this is degraded. Default never. */
  readonly degradedAbove?: Duration | undefined;
}

/**
 * Asks DNS servers for a name. What stands in `/etc/hosts` does not count.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when there is no answer, or no such record.
 */
export function dnsCheck(options: DnsCheckOptions): CheckFunction {
  const read = new CheckOptionReader('dnsCheck', options, [
    'hostname',
    'type',
    'servers',
    'expected',
    'degradedAbove',
  ]);
  const hostname = read.required('hostname', 'api.example.com');
  const type = read.oneOf('type', 'A', DNS_RECORD_TYPES);
  const servers = readServers(read);
  const expected = readTexts(read, 'expected') ?? [];
  const degradedAboveMillis = read.millis('degradedAbove', undefined);
  read.done();

  const subject = `DNS query ${hostname} ${type}`;
  return async ({ signal }) => {
    const startMillis = monotonicMillis();
    const records = await resolve().catch((error: unknown) => {
      throw new Error(`${subject}: ${errorText(error)}`, { cause: error });
    });
    const missing = expected.filter((record) => !records.includes(record));
    if (missing.length === 0) {
      return timedResult({ subject, startMillis, degradedAboveMillis, details: { records } });
    }
    const reason = `${subject} answered ${records.join(', ')}, without ${missing.join(', ')}`;
    return { status: 'unhealthy', reason, details: { records } } satisfies CheckResult;

    async function resolve(): Promise<string[]> {
      // A resolver of its own: `cancel` ends all that one was asked, and the system's servers may change.
      const resolver = new promises.Resolver();
      if (servers !== undefined) resolver.setServers(servers);
      const cancel = (): void => resolver.cancel();
      signal.throwIfAborted();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return recordTexts((await resolver.resolve(hostname, type)) as DnsAnswer);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    }
  };
}

function readServers(read: CheckOptionReader<DnsCheckOptions>): readonly string[] | undefined {
  const servers = readTexts(read, 'servers');
  if (servers === undefined) return undefined;
  try {
    new promises.Resolver().setServers(servers);
  } catch {
    read.add(
      'servers',
      describeValue(servers),
      'IP addresses, with a port if need be',
      'Write "10.0.0.2" or "[::1]:53".',
    );
  }
  return servers;
}

function readTexts(
  read: CheckOptionReader<DnsCheckOptions>,
  key: 'servers' | 'expected',
): readonly string[] | undefined {
  const given = read.raw(key);
  if (given === undefined) return undefined;
  if (Array.isArray(given) && given.length > 0 && given.every((text) => typeof text === 'string'))
    return given;
  read.add(key, describeValue(given), 'an array of texts, at least one');
  return undefined;
}
