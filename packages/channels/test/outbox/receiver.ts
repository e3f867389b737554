import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';

/** A server that notes what it takes. */
export interface Receiver {
  readonly url: string;
  /** Numbers and keys, in the order in which they were taken. */
  readonly taken: { readonly number: number; readonly key: string }[];
  /** Called with each request; what it returns is the status. Only 200 takes what came. */
  onRequest: (count: number) => number | Promise<number>;
}

/** Starts receivers for the tests of a file, and stops them after each. */
export function useReceivers(): () => Promise<Receiver> {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  return async () => {
    let count = 0;
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { numbers, keys } = JSON.parse(await text(request)) as { numbers: number[]; keys: string[] };
      const status = await receiver.onRequest(++count);
      if (status === 200) {
        numbers.forEach((number, i) => void receiver.taken.push({ number, key: keys[i] ?? '' }));
      }
      response.writeHead(status).end('ok');
    };
    const server = createServer((request, response) => {
      // Whoever is killed midway has sent nothing.
      answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    const receiver: Receiver = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      taken: [],
      onRequest: () => 200,
    };
    return receiver;
  };
}
