import { InstrumentError } from '@org/instrument-core';
import { unreadableFile } from '../journal/unreadable-file.ts';
import { Findings } from './findings.ts';
import { type Layout, readLayout } from './layout.ts';

/** How often the files of a journal are looked at that change each time. */
const MAX_ATTEMPTS = 5;

/** What was found is not what was signed. */
export class NotAsSigned extends Error {
  override readonly name = 'NotAsSigned';
}

/**
 * Makes something of the files of a journal that may be in use. Where it finds that they are not what was signed
 * ({@link NotAsSigned}) and others are there by now, it is made of those: retention may have replaced a segment while
 * the files were listed, and nobody is to be accused of that.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when the directory is no journal, or not what was signed;
 * `INSTRUMENT_AUDIT_UNAVAILABLE` when a file of it cannot be read.
 */
export async function withSettledLayout<T>(
  directory: string,
  make: (layout: Layout) => Promise<T>,
): Promise<T> {
  let layout = await readLayout(directory, new Findings(1));
  for (let attempt = 1; ; attempt++) {
    try {
      return await make(layout);
    } catch (error) {
      if (!(error instanceof NotAsSigned)) throw unreadableFile('directory', error);
      const now = await readLayout(directory, new Findings(1));
      if (attempt === MAX_ATTEMPTS || filesOf(now) === filesOf(layout)) {
        throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', error.message, [], error.cause);
      }
      layout = now;
    }
  }
}

function filesOf({ parts }: Layout): string {
  return parts.map(({ file }) => file).join();
}
