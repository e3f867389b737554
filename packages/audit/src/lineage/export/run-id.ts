import { createHash } from 'node:crypto';

// The namespace of ids of runs: a random UUID that must never change.
const NAMESPACE: Buffer = Buffer.from('3f0e1c5a7d2b4e8c9a61b05f4c7d92e3', 'hex');

/** Id of the run that an operation is, from its journal and the index of its first entry: UUID version 5 (RFC 9562, 5.5). */
export function runIdOf(origin: string, index: number): string {
  const name = createHash('sha1').update(NAMESPACE).update(`${origin}\n${index}`).digest();
  name[6] = ((name[6] as number) & 0x0f) | 0x50;
  name[8] = ((name[8] as number) & 0x3f) | 0x80;
  const hex = name.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
