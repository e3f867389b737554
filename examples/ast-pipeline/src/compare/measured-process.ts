import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ChildMessage, ChildSetup, TurnCost, TurnRequest } from './protocol.ts';

/** A process that is measured in turns. */
export interface MeasuredProcess {
  /** URL of its `/metrics`. */
  readonly metrics: string | undefined;
  /** Works for one turn. The last one sends off what is left. Throws when the process ends instead. */
  turn(isLast: boolean): Promise<TurnCost>;
  /** Ends it, and waits until it is gone. */
  end(): Promise<void>;
}

/** Starts a process; the signal kills it. Throws when it ends before it is ready. */
export async function startMeasuredProcess(setup: ChildSetup, signal: AbortSignal): Promise<MeasuredProcess> {
  const child = fork(join(import.meta.dirname, 'child.js'), [JSON.stringify(setup)], {
    signal,
    killSignal: 'SIGKILL',
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // Killed by the signal, which is no reason not to wait, or never there.
    child.on('error', () => child.pid === undefined && resolve());
  });
  const ready = await next(child);
  return {
    metrics: ready.kind === 'ready' ? ready.url : undefined,
    async turn(isLast) {
      const request: TurnRequest = { isLast };
      const answered = next(child);
      child.send(request);
      const answer = await answered;
      if (answer.kind !== 'cost') throw new Error('the measured process started twice');
      return answer.cost;
    },
    async end() {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

/** What the process says next. */
function next(child: ChildProcess): Promise<ChildMessage> {
  return new Promise((resolve, reject) => {
    const end = (): void => void child.off('message', onMessage).off('exit', onExit).off('error', onError);
    const onMessage = (message: unknown): void => {
      end();
      resolve(message as ChildMessage);
    };
    const onError = (error: Error): void => {
      end();
      reject(error);
    };
    const onExit = (code: number | null, by: string | null): void => {
      end();
      reject(new Error(`a measured process ended with ${by ?? `exit code ${code}`}`));
    };
    child.on('message', onMessage).once('exit', onExit).once('error', onError);
  });
}
