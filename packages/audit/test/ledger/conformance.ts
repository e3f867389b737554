import { afterEach, beforeEach, describe } from 'vitest';
import type { LedgerBed, PrepareBed } from './bed.ts';
import { describeClaims } from './conformance/claims.ts';
import { describeFailures } from './conformance/failures.ts';
import { describeLeases } from './conformance/leases.ts';
import { describeModel } from './conformance/model.ts';
import { describeProcesses } from './conformance/processes.ts';
import { describeQueries } from './conformance/queries.ts';
import { describeTakes } from './conformance/takes.ts';

/** What every ledger must do, whatever it is kept in. `prepare` is called for each test. */
export function describeLedger(name: string, prepare: PrepareBed): void {
  describe(`the ledger on ${name}`, () => {
    let bed: LedgerBed | undefined;
    const current = (): LedgerBed => bed as LedgerBed;
    beforeEach(async () => {
      bed = await prepare();
    });
    afterEach(async () => {
      await bed?.end();
      bed = undefined;
    });
    describeClaims({ current });
    describeFailures({ current });
    describeTakes({ current });
    describeLeases({ current });
    describeQueries({ current });
    describeProcesses({ current });
    describeModel({ current });
  });
}
