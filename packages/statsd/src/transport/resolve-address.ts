import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';

/** `dns.lookup` of all addresses. */
export type Lookup = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** An address of a host: of the family asked for, otherwise IPv4 before IPv6, since most receivers listen there alone. */
export function resolveAddress(
  host: string,
  family: 4 | 6 | undefined,
  lookup: Lookup = systemLookup,
): Promise<LookupAddress> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, family: family ?? 0 }, (error, addresses) => {
      const found = error ? undefined : (addresses.find((address) => address.family === 4) ?? addresses[0]);
      if (found !== undefined) resolve(found);
      else reject(error ?? new Error(`${host} has no address`));
    });
  });
}
