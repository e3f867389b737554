import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** Type numbers of RFC 1035, section 3.2.2. */
const TYPES: Readonly<Record<number, string>> = { 1: 'A', 15: 'MX', 16: 'TXT' };

/** Record data by question, as in `'api.test A'`; `undefined` for no answer at all. */
export type Zone = (question: string) => readonly Buffer[] | undefined;

/** Starts a DNS server for one test; returns `address:port`. */
export async function serveDns(zone: Zone): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => answer(socket, query, from, zone));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

/** A name as RFC 1035 encodes it. */
export function encodedName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function answer(socket: Socket, query: Buffer, from: RemoteInfo, zone: Zone): void {
  const labels: string[] = [];
  let offset = 12;
  while (query[offset] !== 0) {
    const length = query[offset] ?? 0;
    labels.push(query.toString('latin1', offset + 1, offset + 1 + length).toLowerCase());
    offset += 1 + length;
  }
  const type = query.readUInt16BE(offset + 1);
  const question = query.subarray(12, offset + 5);
  const records = zone(`${labels.join('.')} ${TYPES[type] ?? type}`);
  if (records === undefined) return;
  const header = Buffer.from(query.subarray(0, 12));
  // A response, recursion available; NXDOMAIN (3) when there is nothing.
  header.writeUInt16BE(records.length === 0 ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt16BE(0, 8);
  header.writeUInt16BE(0, 10);
  const answers = records.map((data) => {
    const head = Buffer.alloc(12);
    // A pointer to the name of the question, then type, class IN, a TTL of a minute, and the length.
    head.writeUInt16BE(0xc00c, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt32BE(60, 6);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
}
