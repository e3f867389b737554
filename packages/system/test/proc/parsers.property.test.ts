import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCpuMax } from '../../src/cgroup/version-2.ts';
import { parseCpuStat } from '../../src/proc/cpu-stat.ts';
import { parseDiskstats } from '../../src/proc/diskstats.ts';
import { keyedNumber, numberOf } from '../../src/proc/keyed-number.ts';
import { parseLoadavg } from '../../src/proc/loadavg.ts';
import { parseMeminfo } from '../../src/proc/meminfo.ts';
import { parseMountinfo } from '../../src/proc/mountinfo.ts';
import { parseNetDev } from '../../src/proc/net-dev.ts';
import { parseProcessIo } from '../../src/proc/process-io.ts';
import { parseProcessStatus } from '../../src/proc/process-status.ts';
import { parseSelfCgroup } from '../../src/proc/self-cgroup.ts';
import { parseSwaps } from '../../src/proc/swaps.ts';
import { parseVmstat } from '../../src/proc/vmstat.ts';
import { fixture } from '../bed.ts';

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  parseCpuMax,
  parseCpuStat,
  parseDiskstats,
  parseLoadavg,
  parseMeminfo,
  parseMountinfo,
  parseNetDev,
  parseProcessIo,
  parseProcessStatus,
  parseSelfCgroup,
  parseSwaps,
  parseVmstat,
  numberOf,
};

const REAL = readdirSync(fixture(''), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

/** A real file with something taken out of it, put into it, or cut off. */
const damaged = fc
  .tuple(
    fc.constantFrom(...REAL),
    fc.nat(),
    fc.nat({ max: 40 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )
  .map(([text, at, length, inserted]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + inserted + text.slice(start + length);
  });
const words = fc
  .array(
    fc.constantFrom(
      'cpu',
      'cpu0',
      'eth0:',
      '-1',
      '0',
      '99999999999999999999999',
      'NaN',
      '1e9',
      ' ',
      '\n',
      ' - ',
      '|',
    ),
  )
  .map((parts) => parts.join(' '));
const anyText = fc.oneof(damaged, words, fc.string({ unit: 'binary' }));

describe('whatever a file holds', () => {
  test.for(Object.entries(PARSERS))('%s does not throw, and tells no number that is none', ([, parse]) => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const number of numbersIn(parse(text)))
          expect(number).toSatisfy((n) => Number.isFinite(n) && n >= 0);
      }),
      { numRuns: 500 },
    );
  });
});

test('a key is found wherever it stands, and not within a longer one', () => {
  const key = fc.constantFrom('a', 'ab', 'abc', 'ab(c)', 'b');
  const line = fc.tuple(key, fc.constantFrom(' ', ': ', ':\t   '), fc.nat());
  fc.assert(
    fc.property(fc.array(line), key, (lines, wanted) => {
      const text = lines.map(([name, separator, value]) => `${name}${separator}${value} kB\n`).join('');
      expect(keyedNumber(text, wanted)).toBe(lines.find(([name]) => name === wanted)?.[2]);
    }),
  );
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Map) return [...value.values()].flatMap(numbersIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
