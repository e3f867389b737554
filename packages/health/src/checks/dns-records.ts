import type { AnyRecord, CaaRecord, MxRecord, NaptrRecord, SoaRecord, SrvRecord } from 'node:dns';

/** Record types that can be asked for. */
export const DNS_RECORD_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'MX',
  'NAPTR',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TXT',
] as const;

/** A record type of the DNS. */
export type DnsRecordType = (typeof DNS_RECORD_TYPES)[number];

/** What `Resolver.resolve` answers. */
export type DnsAnswer =
  | string[]
  | string[][]
  | AnyRecord[]
  | CaaRecord[]
  | MxRecord[]
  | NaptrRecord[]
  | SoaRecord
  | SrvRecord[];

/** Each record as text, in the order of fields of zone files (RFC 1035, section 5.1): `10 mail.example.com`. */
export function recordTexts(answer: DnsAnswer): string[] {
  return (Array.isArray(answer) ? answer : [answer]).map(recordText);
}

function recordText(record: object | string): string {
  if (typeof record === 'string') return record;
  // The parts of a TXT record are one text.
  if (Array.isArray(record)) return record.join('');
  if ('exchange' in record) return `${(record as MxRecord).priority} ${record.exchange}`;
  if ('port' in record) {
    const { priority, weight, port, name } = record as SrvRecord;
    return `${priority} ${weight} ${port} ${name}`;
  }
  if ('nsname' in record) {
    const { nsname, hostmaster, serial } = record as SoaRecord;
    return `${nsname} ${hostmaster} ${serial}`;
  }
  return JSON.stringify(record);
}
