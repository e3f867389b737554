import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { reportFault } from '@org/instrument-core';
import { appendToFile } from './open-file.ts';

/** File of a journal's directory for what was damaged in it. */
const DAMAGED = 'damaged';
/** Beyond, what is damaged is counted and no more. */
const MAX_BYTES = 1 << 20;

/** Keeps damaged lines of a journal aside, for whoever wants to look at them. `false`: the disk does not take them. */
export function keepDamage(directory: string, lines: readonly Buffer[]): boolean {
  const path = join(directory, DAMAGED);
  try {
    let room = MAX_BYTES - (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);
    const kept: Buffer[] = [];
    for (const line of lines) {
      room -= line.length + 1;
      if (room < 0) break;
      kept.push(line, Buffer.from('\n'));
    }
    if (kept.length > 0) appendToFile(path, Buffer.concat(kept));
    return true;
  } catch (error) {
    reportFault('channels', 'keeping damaged lines of an outbox', error);
    return false;
  }
}
