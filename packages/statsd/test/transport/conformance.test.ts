import type { StatsdOptions } from '../../src/index.ts';
import { type Receiver, socketPath, startStream, startUdp } from '../support/receivers.ts';
import { describeTransport, type Kind } from './conformance.ts';

async function closedPort(start: () => Promise<Receiver>): Promise<StatsdOptions> {
  const { options, close } = await start();
  await close();
  return options;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'UDP, IPv4': { start: () => startUdp('udp4'), nowhere: () => closedPort(() => startUdp('udp4')) },
  'UDP, IPv6': { start: () => startUdp('udp6'), nowhere: () => closedPort(() => startUdp('udp6')) },
  TCP: { start: () => startStream(), nowhere: () => closedPort(() => startStream()) },
  'Unix stream': {
    start: () => startStream({ path: socketPath() }),
    nowhere: async () => ({ transport: 'unix', path: socketPath() }),
  },
};

// Unix datagrams, whose package must be built, are tested end to end.
for (const [name, kind] of Object.entries(KINDS)) describeTransport(name, kind);
