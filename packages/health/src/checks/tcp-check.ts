import { connect } from 'node:net';
import { type Duration, monotonicMillis } from '@org/instrument-core';
import type { CheckFunction } from '../check.ts';
import { errorText } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { timedResult } from './response-time.ts';

/** Options of {@link tcpCheck}. */
export interface TcpCheckOptions {
  /** Name or address. */
  readonly host: string;
  /** 1 to 65,535. */
  readonly port: number;
  /** A connection that takes longer, the look-up of the name included, is degraded. Default never. */
  readonly degradedAbove?: Duration | undefined;
}

/**
 * Opens a TCP connection and closes it at once: somebody listens. That they answer too is for other checks.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when there is no connection.
 */
export function tcpCheck(options: TcpCheckOptions): CheckFunction {
  const read = new CheckOptionReader('tcpCheck', options, ['host', 'port', 'degradedAbove']);
  const host = read.required('host', 'db.internal');
  const port = read.number('port', Number.NaN, { min: 1, max: 65_535, isInteger: true });
  if (read.raw('port') === undefined) read.add('port', 'nothing', 'a whole number from 1 to 65535');
  const degradedAboveMillis = read.millis('degradedAbove', undefined);
  read.done();

  const subject = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return async ({ signal }) => {
    const startMillis = monotonicMillis();
    try {
      await connection(host, port, signal);
    } catch (error) {
      throw new Error(`${subject}: ${errorText(error)}`, { cause: error });
    }
    return timedResult({ subject, startMillis, degradedAboveMillis });
  };
}

function connection(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      resolve();
      socket.destroy();
    });
    // Not `once`: what fails after it is destroyed is nobody's business.
    socket.on('error', reject);
  });
}
