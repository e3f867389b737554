import type { Destination } from '../destination.ts';
import type { Tally } from '../tally.ts';
import { StreamTransport } from './stream.ts';
import type { Transport } from './transport.ts';
import { UdpTransport } from './udp.ts';
import { UnixDatagramTransport } from './unix-datagram.ts';

/**
 * The transport to a destination. UDP and streams begin to connect at once, and say what comes of it when there is something
 * to send.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING` when the package `unix-dgram` is needed and missing.
 */
export function createTransport(destination: Destination, tally: Tally): Transport {
  switch (destination.transport) {
    case 'udp':
      return new UdpTransport(destination, tally);
    case 'unix-datagram':
      return new UnixDatagramTransport(destination, tally);
    default:
      return new StreamTransport(destination, tally);
  }
}
