import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline } from './pipeline.ts';
import type { ProgressState } from './progress.ts';
import type { Tally } from './tally.ts';

/** A directory without files is looked at again after this time, not as fast as possible. */
const EMPTY_ROUND_PAUSE_MILLIS = 1000;

/** Runs of a pipeline over its directory, one after the other. */
export interface Rounds {
  /** Where it stands, at any time. */
  state(): ProgressState;
  /** Runs until the signal, or once. Throws what {@link Pipeline.run} throws. */
  run(signal: AbortSignal, once: boolean): Promise<void>;
}

/** Rounds of a pipeline that counts in `tally`. */
export function createRounds(pipeline: Pipeline, tally: Tally): Rounds {
  let round = 0;
  let filesBefore = tally.files;
  let expected: number | undefined;
  return {
    state: () => ({ tally, round, filesBefore, expected }),
    async run(signal, once) {
      do {
        round++;
        await pipeline.run(signal);
        expected = tally.files - filesBefore;
        filesBefore = tally.files;
        if (expected === 0 && !once) await pause(signal);
      } while (!once && !signal.aborted);
    },
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(EMPTY_ROUND_PAUSE_MILLIS, undefined, { signal }).catch(() => undefined);
}
