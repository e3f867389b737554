import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Chunks, createChunks } from '../../src/prometheus/chunks.ts';
import { createScrapeBody, MIN_GZIP_BYTES, type ScrapeBody } from '../../src/prometheus/scrape-body.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const STEP_BYTES = 100;

/** A body of steps of which each is filled with its own number. */
function numberedBody(count: number, chunks: Chunks, gzip = false, length = STEP_BYTES): ScrapeBody {
  function* steps(): Generator<Buffer> {
    for (let step = 0; step < count; step++) {
      yield chunks.next().fill(step, 0, length).subarray(0, length);
    }
  }
  return createScrapeBody(async () => steps(), chunks, gzip);
}

/** What such a body is to say. */
function numbered(count: number): Buffer[] {
  return Array.from({ length: count }, (_, step) => Buffer.alloc(STEP_BYTES, step));
}

function unpacked(pieces: readonly Buffer[]): Buffer {
  return gunzipSync(Buffer.concat(pieces));
}

/** Buffers that note which there were. */
function noted(used: Set<ArrayBufferLike>): Chunks {
  const chunks = createChunks();
  return {
    ...chunks,
    next: () => {
      const bytes = chunks.next();
      used.add(bytes.buffer);
      return bytes;
    },
  };
}

function remember(bytes: Buffer, used: WeakRef<ArrayBufferLike>[]): Buffer {
  used.push(new WeakRef(bytes.buffer));
  return bytes;
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

const PLAIN: Habit = { holds: 0, eager: false, tells: true, leavesAfter: Infinity };

describe('the body of a scrape', () => {
  it('gives every reader its bytes, until that has sent them, whatever the others and those of other bodies do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            readers: fc.array(habits, { minLength: 1, maxLength: 4 }),
            steps: fc.integer({ min: 1, max: 40 }),
            gzip: fc.boolean(),
            turnsBefore: fc.nat(10),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        async (bodies) => {
          const chunks = createChunks();
          const readBody = async ({ readers, steps, gzip, turnsBefore }: (typeof bodies)[number]) => {
            for (let turn = 0; turn < turnsBefore; turn++) await nextTurn();
            const body = numberedBody(steps, chunks, gzip);
            return Promise.all(readers.map((habit) => readAs(habit, body.read())));
          };
          const read = await Promise.all(bodies.map(readBody));
          for (const [b, { readers, steps, gzip }] of bodies.entries()) {
            for (const [r, { leavesAfter }] of readers.entries()) {
              const pieces = read[b]?.[r] ?? [];
              if (!gzip || steps === 1) expect(pieces).toEqual(numbered(Math.min(steps, leavesAfter)));
              else if (leavesAfter > pieces.length)
                expect(unpacked(pieces)).toEqual(Buffer.concat(numbered(steps)));
            }
          }
        },
      ),
    );
  });

  it('takes a few buffers, however long it is', async () => {
    const used = new Set<ArrayBufferLike>();
    const body = numberedBody(200, noted(used));
    const reader = { ...PLAIN, holds: 1, eager: true };
    await Promise.all([readAs(reader, body.read()), readAs({ ...reader, holds: 2 }, body.read())]);
    expect(used.size).toBeLessThan(10);
  });

  it('takes a few buffers when it is compressed', async () => {
    const used = new Set<ArrayBufferLike>();
    const packed = await readAs(PLAIN, numberedBody(200, noted(used), true).read());
    expect(unpacked(packed)).toEqual(Buffer.concat(numbered(200)));
    expect(used.size).toBeLessThan(10);
  });

  it.each([
    ['of one piece', 1, STEP_BYTES, false],
    ['of one piece, compressed', 1, 2 * MIN_GZIP_BYTES, true],
    ['of many pieces', 40, STEP_BYTES, false],
    ['of many pieces, compressed', 40, STEP_BYTES, true],
  ])('%s, is written into the buffers of the one before', async (_case, count, length, gzip) => {
    const used = new Set<ArrayBufferLike>();
    const chunks = noted(used);
    const scrape = () => readAs(PLAIN, numberedBody(count, chunks, gzip, length).read());
    // Again when a garbage collection has taken them meanwhile.
    await vi.waitFor(async () => {
      await scrape();
      const before = used.size;
      for (let again = 0; again < 10; again++) await scrape();
      expect(used.size).toBe(before);
    });
  });

  it('leaves no buffer behind that memory is short of', async () => {
    const used: WeakRef<ArrayBufferLike>[] = [];
    const chunks = createChunks();
    await readAs(PLAIN, numberedBody(40, { ...chunks, next: () => remember(chunks.next(), used) }).read());
    await vi.waitFor(() => {
      collectGarbage();
      expect(used.filter((buffer) => buffer.deref() !== undefined)).toEqual([]);
    });
  });

  it('takes a new buffer for every piece of which a reader does not tell', async () => {
    const used = new Set<ArrayBufferLike>();
    const body = numberedBody(50, noted(used));
    await Promise.all([readAs(PLAIN, body.read()), readAs({ ...PLAIN, tells: false }, body.read())]);
    expect(used.size).toBe(50);
  });
});
