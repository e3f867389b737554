import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that systems give to nobody who does not ask for them: from 32768 (Linux) or 49152 (RFC 6335) on, they hand them out to
 * clients and to whoever listens on port 0, also between here and the moment when the server that is to have it starts.
 */
const [FIRST, END] = [10_000, 32_768];
const ATTEMPTS = 100;

/** A port of the loopback interface that nobody listens on, nor is given by chance. */
export async function freePort(): Promise<number> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
  throw new Error(`None of ${ATTEMPTS} ports between ${FIRST} and ${END} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
