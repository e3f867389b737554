import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunks } from '../../src/prometheus/chunks.ts';
import { createScrapeBody, type ScrapeBody } from '../../src/prometheus/scrape-body.ts';

const STEP_BYTES = 100;

/** Steps of which each is filled with its own number, and the buffers that they were written into. */
function numberedSteps(count: number, used: Set<ArrayBufferLike>) {
  return async (chunks: Chunks): Promise<Iterator<Buffer>> =>
    (function* () {
      for (let step = 0; step < count; step++) {
        const bytes = chunks.next().fill(step, 0, STEP_BYTES).subarray(0, STEP_BYTES);
        used.add(bytes.buffer);
        yield bytes;
      }
    })();
}

/** What a reader does with each piece. */
interface Habit {
  /** Turns of the event loop for which it holds a piece before it has sent it. */
  readonly holds: number;
  /** Whether it asks for the next piece meanwhile, as one does that writes into a socket with room. */
  readonly eager: boolean;
  /** Whether it tells that it has sent a piece. */
  readonly tells: boolean;
  /** Pieces after which it leaves. */
  readonly leavesAfter: number;
}

/** Reads, and returns for each piece its bytes as they were when they had been sent. */
async function readAs(habit: Habit, pieces: ReturnType<ScrapeBody['read']>): Promise<Buffer[]> {
  const sent: Promise<Buffer>[] = [];
  for await (const piece of pieces) {
    const sending = hold(piece.bytes, habit.holds).then((bytes) => {
      if (habit.tells) piece.sent();
      return bytes;
    });
    sent.push(sending);
    if (!habit.eager) await sending;
    if (sent.length === habit.leavesAfter) break;
  }
  return Promise.all(sent);
}

async function hold(bytes: Buffer, turns: number): Promise<Buffer> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
  return Buffer.from(bytes);
}

const habits: fc.Arbitrary<Habit> = fc.record({
  holds: fc.nat(6),
  eager: fc.boolean(),
  tells: fc.boolean(),
  leavesAfter: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 30 })),
});

describe('the body of a scrape', () => {
  it('gives every reader its bytes, until that has sent them, whatever the others do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(habits, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 2, max: 40 }),
        async (readers, steps) => {
          const body = createScrapeBody(numberedSteps(steps, new Set()), false);
          const read = await Promise.all(readers.map((habit) => readAs(habit, body.read())));
          for (const [i, pieces] of read.entries()) {
            const length = Math.min(steps, readers[i]!.leavesAfter);
            expect(pieces).toEqual(Array.from({ length }, (_, step) => Buffer.alloc(STEP_BYTES, step)));
          }
        },
      ),
    );
  });

  it('takes a few buffers, however long it is', async () => {
    const used = new Set<ArrayBufferLike>();
    const body = createScrapeBody(numberedSteps(200, used), false);
    const reader: Habit = { holds: 1, eager: true, tells: true, leavesAfter: Infinity };
    await Promise.all([readAs(reader, body.read()), readAs({ ...reader, holds: 2 }, body.read())]);
    expect(used.size).toBeLessThan(10);
  });

  it('takes a few buffers when it is compressed', async () => {
    const used = new Set<ArrayBufferLike>();
    const body = createScrapeBody(numberedSteps(200, used), true);
    const reader: Habit = { holds: 0, eager: false, tells: true, leavesAfter: Infinity };
    const packed = Buffer.concat(await readAs(reader, body.read()));
    expect(gunzipSync(packed)).toEqual(
      Buffer.concat(Array.from({ length: 200 }, (_, step) => Buffer.alloc(STEP_BYTES, step))),
    );
    expect(used.size).toBeLessThan(10);
  });

  it('takes a new buffer for every piece of which a reader does not tell', async () => {
    const used = new Set<ArrayBufferLike>();
    const body = createScrapeBody(numberedSteps(50, used), false);
    const reader: Habit = { holds: 0, eager: false, tells: true, leavesAfter: Infinity };
    await Promise.all([readAs(reader, body.read()), readAs({ ...reader, tells: false }, body.read())]);
    expect(used.size).toBe(50);
  });
});
