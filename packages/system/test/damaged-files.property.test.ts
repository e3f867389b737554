import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixture, start } from './bed.ts';
import { useDiagnostics } from './diagnostics.ts';
import { copyProc } from './proc-copy.ts';

useDiagnostics();

const ROOT = fixture('linux-2.6.32/proc');
const FILES = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

test('whatever the files hold, collecting neither throws nor tells a number that is none', async () => {
  const damage = fc.record({
    file: fc.constantFrom(...FILES),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 30 }),
    inserted: fc.uint8Array({ maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 8 }), async (damages) => {
      const { directory, write } = copyProc();
      const whole = start({ procDirectory: directory, interval: 100, perCpu: true });
      for (const { file, at, length, inserted } of damages) {
        const bytes = readFileSync(join(directory, file));
        const from = Math.floor(at * bytes.length);
        write(file, Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(from + length)]));
      }
      const damaged = start({ procDirectory: directory });
      for (const { collector } of [whole, damaged]) {
        const { errors, scopes } = await collector.collect();
        expect(errors).toEqual([]);
        for (const metric of scopes.flatMap(({ metrics }) => metrics)) {
          for (const { value } of metric.points()) {
            if (typeof value === 'number') expect(value).toSatisfy((n) => Number.isFinite(n) && n >= 0);
          }
        }
      }
      whole.stop();
      damaged.stop();
    }),
    { numRuns: 40 },
  );
});
