import type { OptionalPackage } from './optional-package.ts';

/** Sends Unix datagrams, for StatsD. Said here, since it is looked for at set-up, before what sends to StatsD is loaded. */
export const UNIX_DGRAM: OptionalPackage = {
  name: 'unix-dgram',
  path: 'transport',
  asked: 'unix-datagram',
  advice:
    "Node.js has no Unix datagrams of its own, and to build them takes Python and a C++ compiler. Or use UDP, or transport: 'unix'.",
};
