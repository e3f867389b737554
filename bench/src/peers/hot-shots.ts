import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { StatsD } from 'hot-shots';

/** Ethernet's MTU less the headers of IPv6 and UDP: what StatsD clients fill a datagram with. */
const DATAGRAM_BYTES = 1_432;

/**
 * A hot-shots client at its fastest: it sums counts up before it sends them, and sends several metrics in a datagram;
 * by default it does neither. Histograms it always sends value by value. What receives them, a socket on the loopback,
 * throws them away: there the work of a StatsD server would begin.
 */
export async function startStatsd(): Promise<{ client: StatsD; close(): Promise<void> }> {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const client = new StatsD({
    host: '127.0.0.1',
    port: receiver.address().port,
    maxBufferSize: DATAGRAM_BYTES,
    aggregation: true,
    errorHandler: () => {},
  });
  return {
    client,
    close: async () => {
      await new Promise((resolve) => client.close(resolve));
      receiver.close();
    },
  };
}
