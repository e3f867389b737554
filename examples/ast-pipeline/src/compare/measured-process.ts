import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildMessage, ChildSetup, ProcessCost } from './protocol.ts';

/**
 * Runs one measured process to its end. `onMetrics` is told where its `/metrics` is while there is one. Resolves to
 * `undefined` when the signal ends it first. Throws when it ends by itself without having said what it cost.
 */
export async function runMeasuredProcess(
  setup: ChildSetup,
  onMetrics: (url: string | undefined) => void,
  signal: AbortSignal,
): Promise<ProcessCost | undefined> {
  if (signal.aborted) return undefined;
  const child = fork(join(import.meta.dirname, 'child.js'), [JSON.stringify(setup)]);
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  let cost: ProcessCost | undefined;
  child.on('message', (message: ChildMessage) => {
    if (message.kind === 'metrics') onMetrics(message.url);
    else {
      cost = message.cost;
      child.disconnect();
    }
  });
  try {
    // The next one begins when this one is gone.
    const [code, by] = await once(child, 'exit');
    if (cost === undefined && !signal.aborted) {
      throw new Error(`the measured process ended with ${by ?? `exit code ${code}`}`);
    }
    return cost;
  } finally {
    signal.removeEventListener('abort', kill);
    onMetrics(undefined);
  }
}
