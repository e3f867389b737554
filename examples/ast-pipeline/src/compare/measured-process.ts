import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ChildMessage, ChildSetup, Role, RoundCost, RoundRequest } from './protocol.ts';

/** A child process that runs rounds when it is asked to. */
export interface Worker {
  /** Runs one round. Throws when the process ends instead. */
  round(role: Role): Promise<RoundCost>;
  /** Ends the process. */
  end(): void;
}

/** Starts a child process. `onMetrics` is told where its `/metrics` is, round by round. */
export function startWorker(setup: ChildSetup, onMetrics: (url: string | undefined) => void): Worker {
  const child = fork(join(import.meta.dirname, 'child.js'), [JSON.stringify(setup)]);
  return {
    round(role) {
      const request: RoundRequest = { role };
      child.send(request);
      return nextRound(child, onMetrics);
    },
    end() {
      if (child.connected) child.disconnect();
    },
  };
}

function nextRound(child: ChildProcess, onMetrics: (url: string | undefined) => void): Promise<RoundCost> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      child.off('message', onMessage).off('exit', onExit).off('error', reject);
      onMetrics(undefined);
    };
    const onMessage = (message: unknown): void => {
      const told = message as ChildMessage;
      if (told.kind === 'metrics') {
        onMetrics(told.url);
        return;
      }
      end();
      const { files, cpuMillis, wallMillis } = told;
      resolve({ files, cpuMillis, wallMillis });
    };
    const onExit = (code: number | null): void => {
      end();
      reject(new Error(`the measured process ended with exit code ${code}`));
    };
    child.on('message', onMessage).once('exit', onExit).once('error', reject);
  });
}
