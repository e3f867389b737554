import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { SelfSigned } from '../otlp-http/self-signed.ts';

/** A call as it is on the wire. */
export interface Call {
  readonly headers: IncomingHttpHeaders;
  /** Whether the message is compressed. */
  readonly isCompressed: boolean;
  /** Uncompressed. */
  readonly message: Buffer;
  readonly stream: ServerHttp2Stream;
  /** From 0: which connection it came over. */
  readonly connection: number;
}

/** A receiver that shows what gRPC hides: frames, headers, connections. It knows no gRPC package. */
export interface Http2Receiver {
  readonly port: number;
  readonly calls: Call[];
  readonly sessions: ServerHttp2Session[];
  answer(call: Call): void;
  close(): Promise<void>;
}

/** Starts it on the loopback interface, on a free port unless one is given; with TLS when there is a certificate. */
export async function startHttp2Receiver(certificate?: SelfSigned, port = 0): Promise<Http2Receiver> {
  const server = certificate === undefined ? createServer() : createSecureServer({ ...certificate });
  server.on('session', (session) => {
    receiver.sessions.push(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      // Length-Prefixed-Message (gRPC, "gRPC over HTTP2"): a flag, four bytes of length, the message.
      const sent = Buffer.concat(chunks);
      const isCompressed = sent[0] === 1;
      const message = isCompressed ? gunzipSync(sent.subarray(5)) : sent.subarray(5);
      const connection = receiver.sessions.indexOf(stream.session as ServerHttp2Session);
      const call = { headers, isCompressed, message, stream, connection };
      receiver.calls.push(call);
      receiver.answer(call);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Http2Receiver = {
    port: (server.address() as AddressInfo).port,
    calls: [],
    sessions: [],
    answer: (call) => answerWith(call),
    close: async () => {
      for (const session of receiver.sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** Answers with a message and `OK`. */
export function answerWith({ stream }: Call, message: Buffer = Buffer.alloc(0)): void {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([head, message]));
}

/** Answers with a status and nothing else. */
export function refuseWith({ stream }: Call, status: number, more: OutgoingHttpHeaders = {}): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) };
  stream.respond({ ...headers, ...more }, { endStream: true });
}
