import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/ingest/tally.ts';
import { createReport, type RunReport } from '../../src/report.ts';
import { verifyFiles } from '../../src/verify/files.ts';
import { compareMetrics } from '../../src/verify/metrics.ts';
import { segmentPath } from '../../src/write/segments.ts';
import { freshDirectory } from '../support/directory.ts';
import { eventOf, lineOf } from '../support/event.ts';

const truth = { device: 'sensor-1', boot: 7, sent: 4, unacknowledged: [4] };

describe('verifyFiles', () => {
  it('finds every event once, whether or not the broker said that it has the last', async () => {
    const directory = freshDirectory();
    writeFileSync(segmentPath(directory, 1), lineOf(2) + lineOf(1));
    writeFileSync(segmentPath(directory, 2), lineOf(3));
    expect(await verifyFiles(directory, [truth])).toEqual({
      ...{ events: 3, lost: 0, lostFirst: [], unacknowledged: 1, twice: 0, wrong: 0, broken: 0, earlier: 0 },
      segments: 2,
    });
    writeFileSync(segmentPath(directory, 2), lineOf(3) + lineOf(4));
    expect(await verifyFiles(directory, [truth])).toMatchObject({ events: 4, lost: 0, twice: 0, wrong: 0 });
  });

  it('finds what is lost, twice, wrong, broken or old', async () => {
    const directory = freshDirectory();
    const mixedUp = `${JSON.stringify({ ...eventOf(3), value: 99 })}\n`;
    const lines = [
      lineOf(1),
      lineOf(1),
      mixedUp,
      lineOf(5),
      lineOf(1, 'sensor-1', 6),
      lineOf(1, 'sensor-9', 8),
    ];
    writeFileSync(segmentPath(directory, 1), `${lines.join('')}{}\n`);
    expect(await verifyFiles(directory, [truth])).toEqual({
      ...{
        events: 1,
        lost: 1,
        lostFirst: ['sensor-1/7/2'],
        unacknowledged: 1,
        twice: 1,
        wrong: 3,
        broken: 1,
      },
      ...{ earlier: 1, segments: 1 },
    });
  });
});

describe('createReport', () => {
  const facts = (): Omit<RunReport, 'passed'> => ({
    seconds: 1,
    devices: { events: 1, messages: 1, copies: 0, malformed: 0, disconnects: 0 },
    ingestor: { ...createTally(), received: 3, written: 1, duplicates: 1, malformed: 1 },
    stalls: 0,
    files: {
      events: 1,
      lost: 0,
      lostFirst: [],
      unacknowledged: 0,
      twice: 0,
      wrong: 0,
      broken: 0,
      earlier: 0,
      segments: 1,
    },
    metrics: [{ what: 'x', counted: 1, metric: 1 }],
    faults: { brokerRestarts: 0, connectionsCut: 0, diskFilled: 0 },
  });

  it('passes when all is there once and all figures agree', () => {
    expect(createReport(facts()).passed).toBe(true);
  });

  it.each(['lost', 'twice', 'wrong', 'broken'] as const)('fails for an event that is %s', (what) => {
    const { files, ...rest } = facts();
    expect(createReport({ ...rest, files: { ...files, [what]: 1 } }).passed).toBe(false);
  });

  it('fails when a metric differs, or a message was neither written nor refused', () => {
    expect(createReport({ ...facts(), metrics: [{ what: 'x', counted: 1, metric: 2 }] }).passed).toBe(false);
    expect(createReport({ ...facts(), ingestor: { ...facts().ingestor, received: 4 } }).passed).toBe(false);
  });
});

describe('compareMetrics', () => {
  it('finds metrics that are missing', () => {
    const differing = compareMetrics({ ...createTally(), written: 2, bytesIn: 3 }, []).filter(
      ({ counted, metric }) => counted !== metric,
    );
    expect(differing).toEqual([
      { what: 'events written', counted: 2, metric: 0 },
      { what: 'bytes in', counted: 3, metric: 0 },
    ]);
  });
});
