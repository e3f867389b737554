import { get } from 'node:http';
import type { CheckFunction } from '@org/instrument-health';
import type { WorkerInstance } from '../workers/instance.ts';

/** Longest answer that is read, in characters; the rest is let go. */
const MAX_ANSWER = 1000;

/**
 * The heartbeat of a worker: its own `/readyz`, asked for on a new connection each time, as a client would. A process
 * that is gone, a connection that is refused, no answer in time and an answer that says no are all failures.
 */
export function heartbeat(worker: WorkerInstance): CheckFunction {
  return async ({ signal }) => {
    const { address, pid } = worker;
    if (address === undefined) throw new Error(worker.lastExit ?? 'not started yet');
    const { status, text } = await ask(address.healthPort, signal);
    if (status === 200) return { status: 'healthy', details: { pid } };
    return { status: 'unhealthy', reason: `/readyz answered ${status}: ${text.trim()}`, details: { pid } };
  };
}

function ask(port: number, signal: AbortSignal): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/readyz?verbose', agent: false, signal };
    get(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (text.length < MAX_ANSWER) text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    }).on('error', reject);
  });
}
