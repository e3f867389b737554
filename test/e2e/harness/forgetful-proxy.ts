import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lab } from './lab.ts';

/** A proxy that loses the answer of the first request. */
export async function startForgetful(
  lab: Lab,
  target: string,
): Promise<{ readonly url: string; requests(): number }> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', headers, url } = request;
    const isFirst = ++requests === 1;
    const answer = await fetch(`${target}${url}`, {
      method,
      headers: { 'content-type': headers['content-type'] ?? '' },
      body: Buffer.concat(chunks),
    });
    const text = await answer.text();
    if (isFirst) request.socket.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  lab.closeAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}
