import { columnsOf, endOfLine } from './columns.ts';

/** What `/proc/net/dev` says of one direction of an interface. */
export interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** What `/proc/net/dev` says of an interface. */
export interface NetworkInterface {
  readonly name: string;
  readonly receive: Traffic;
  readonly transmit: Traffic;
}

/** Eight columns for what is received, eight for what is transmitted. */
const COLUMNS = 16;

/**
 * Reads `/proc/net/dev` (proc_pid_net(5)): two lines of titles, then `name: ` and the columns, the blank being optional.
 * Those that are not wanted are not read further than their names: machines that run containers have hundreds.
 */
export function parseNetDev(
  text: string,
  isWanted: (name: string) => boolean = () => true,
): NetworkInterface[] | undefined {
  if (!text.includes('|')) return undefined;
  const interfaces: NetworkInterface[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfLine(text, start);
    const colon = text.indexOf(':', start);
    const name = colon < 0 || colon > end ? '' : text.slice(start, colon).trim();
    const columns = name !== '' && isWanted(name) ? columnsOf(text, colon + 1, COLUMNS) : [];
    if (columns.length === COLUMNS) {
      interfaces.push({ name, receive: trafficOf(columns, 0), transmit: trafficOf(columns, COLUMNS / 2) });
    }
    start = end + 1;
  }
  return interfaces;
}

function trafficOf(columns: readonly number[], first: number): Traffic {
  const [bytes = 0, packets = 0, errors = 0, dropped = 0] = columns.slice(first, first + COLUMNS / 2);
  return { bytes, packets, errors, dropped };
}
