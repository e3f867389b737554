import type { Begun, Claim } from '../../../src/ledger/index.ts';

/** The claim that a `begin` must have given. */
export async function claimOf(begun: Promise<Begun>): Promise<Claim> {
  const { claim, ...rest } = await begun;
  if (claim === undefined) throw new Error(`No claim: ${JSON.stringify(rest)}`);
  return claim;
}
