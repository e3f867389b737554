import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Length of the texts that {@link cutOut} cuts from. */
export const WHOLE_LENGTH = 4_000_000;

/** A text that is the end of another one, whose memory V8 has it share. */
export function cutOut(text: string): string {
  const whole = 'x'.repeat(WHOLE_LENGTH) + text;
  return whole.slice(whole.indexOf(text));
}

/** Bytes of the heap that are left of what this did. */
export async function keptBy(act: () => unknown): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await act();
  collectGarbage();
  return process.memoryUsage().heapUsed - before;
}
