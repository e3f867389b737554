import { closeSync, fdatasync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { PINO_REDACTION } from '../audit/operation.ts';
import type { Side } from '../audit/sides.ts';

const LINE_FEED = 0x0a;

/** pino with a destination that writes within the call. It never syncs: what does is around it. */
export function openPino(directory: string, isRedacting: boolean): Side {
  const path = join(directory, 'pino.log');
  const fd = openSync(path, 'a');
  const destination = pino.destination({ dest: fd, sync: true });
  const logger = pino(isRedacting ? { redact: PINO_REDACTION } : {}, destination);
  return {
    put: (operation) => logger.info(operation),
    putDurably: (operation) => {
      logger.info(operation);
      return new Promise((resolve, reject) => {
        fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
      });
    },
    settle: async () => fsyncSync(fd),
    count: () => readFileSync(path).reduce((lines, byte) => (byte === LINE_FEED ? lines + 1 : lines), 0),
    close: async () => closeSync(fd),
  };
}
