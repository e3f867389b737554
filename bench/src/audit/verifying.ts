import { type Finding, median } from '../measure.ts';
import type { Verified, Verifier } from '../processes/audit-verify.ts';
import { run } from '../processes/child.ts';
import { inDirectory } from './in-turn.ts';

const ROUNDS = 5;
const ENTRIES = 200_000;
const BYTES_PER_MEGABYTE = 1e6;
const MILLIS_PER_SECOND = 1e3;

/**
 * How fast a journal is verified. No peer does the same, so that it stands beside what is the least that could be done;
 * and the memory that it takes beside that of a journal a tenth as long.
 */
export async function measureVerifying(report: (finding: Finding) => void): Promise<void> {
  await inDirectory(async (directory) => {
    await fill(directory, ENTRIES);
    const names = ['ours', 'lines', 'bytes'] as const satisfies Verifier[];
    const millis: Record<(typeof names)[number], number[]> = { ours: [], lines: [], bytes: [] };
    let size = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) {
        const said = await run<Verified>('audit-verify.js', [name, directory]);
        millis[name].push(said.millis);
        size = said.bytes;
      }
    }
    const rate = (name: (typeof names)[number], amount: number): number =>
      (amount * MILLIS_PER_SECOND) / median(millis[name]);
    const name = 'verification of 200,000 entries';
    const lines = 'node:crypto, SHA-256 of each line';
    const entries = rate('ours', ENTRIES);
    report({ name, unit: 'entries/s', peer: lines, ours: entries, theirs: rate('lines', ENTRIES) });
    const [ours, theirs] = [rate('ours', size), rate('bytes', size)].map(
      (bytes) => bytes / BYTES_PER_MEGABYTE,
    );
    const bytes = 'node:crypto, SHA-256 of the files';
    report({ name, unit: 'MB/s', peer: bytes, ours: ours as number, theirs: theirs as number });
    report({
      name: 'heap of a process that verifies 200,000 entries, at most',
      peer: 'that verifies 20,000',
      unit: 'B',
      ours: await heapOf(directory),
      theirs: await inDirectory(async (tenth) => {
        await fill(tenth, ENTRIES / 10);
        return await heapOf(tenth);
      }),
    });
  });
}

/** Makes a journal. */
async function fill(directory: string, entries: number): Promise<void> {
  await run('audit-burst.js', ['ours', directory, String(entries)]);
}

async function heapOf(directory: string): Promise<number> {
  const { heapBytes } = await run<Verified>('audit-verify.js', ['heap', directory], ['--expose-gc']);
  return heapBytes;
}
