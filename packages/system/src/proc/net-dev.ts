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
  return text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    if (name === '' || !isWanted(name)) return [];
    const columns = line.slice(colon + 1).trim();
    const numbers = columns.split(/ +/).map(Number);
    if (
      numbers.length < COLUMNS ||
      !numbers.every((number) => number >= 0 && number < Number.POSITIVE_INFINITY)
    ) {
      return [];
    }
    return [{ name, receive: trafficOf(numbers), transmit: trafficOf(numbers.slice(COLUMNS / 2)) }];
  });
}

function trafficOf([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): Traffic {
  return { bytes, packets, errors, dropped };
}
