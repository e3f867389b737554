import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { audit, type Telemetry } from '@org/instrument';
import type { AuditEntry } from '@org/instrument/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSink } from '../src/compare/sink.ts';
import { Pipeline } from '../src/pipeline.ts';
import { stageFigures } from '../src/stages.ts';
import { createTally, type Tally } from '../src/tally.ts';
import { startTelemetry } from '../src/telemetry.ts';
import { verifyJournal } from '../src/trail.ts';
import { createHostileTree, HOSTILE_COUNTS, type Tree } from './tree.ts';

let tree: Tree;
let telemetry: Telemetry;
let exposition: string[];
let sink: Awaited<ReturnType<typeof startSink>>;
const tally: Tally = createTally();

beforeAll(async () => {
  tree = await createHostileTree();
  sink = await startSink();
  const audit = join(dirname(tree.output), 'audit');
  telemetry = await startTelemetry({ port: 0, otlp: sink.endpoint, sampling: 1, audit });
  const pipeline = new Pipeline({ directory: tree.path, output: tree.output, maxBytes: 85_000 }, tally);
  await pipeline.run(new AbortController().signal);
  const response = await fetch(telemetry.endpoints.prometheus ?? '');
  exposition = (await response.text()).split('\n');
});

afterAll(async () => {
  await telemetry.shutdown();
  sink.close();
  await tree.remove();
});

/** The sum of all samples of this name that have these labels. */
function sample(name: string, ...labels: string[]): number {
  return exposition
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('what the telemetry says', () => {
  it('is what was counted without it: files by outcome, and bytes', () => {
    expect(sample('ast_pipeline_files_total', 'outcome="ok"')).toBe(HOSTILE_COUNTS.succeeded);
    for (const [name, count] of Object.entries(HOSTILE_COUNTS.errors)) {
      expect(sample('ast_pipeline_files_total', `outcome="${name}"`), name).toBe(count);
    }
    expect(sample('ast_pipeline_bytes_total')).toBe(tally.bytes);
  });

  it.each([
    ['pipeline_discover_link_calls_total', 'BrokenLinkError'],
    ['pipeline_read_calls_total', 'BinaryFileError'],
    ['pipeline_read_calls_total', 'FileTooLargeError'],
    ['pipeline_read_calls_total', 'UnreadableFileError'],
    ['pipeline_parse_calls_total', 'ParseError'],
    ['pipeline_file_calls_total', 'ParseError'],
  ] as const)('counts in %s each %s', (metric, name) => {
    const labels = ['success="false"', `error_type="${name}"`];
    expect(sample(metric, ...labels)).toBe(HOSTILE_COUNTS.errors[name]);
  });

  it('is the table of the report', () => {
    const figures = new Map(stageFigures(telemetry.snapshot()).map((figure) => [figure.stage, figure]));
    const { files, succeeded, errors } = HOSTILE_COUNTS;
    expect(figures.get('pipeline.store')).toMatchObject({ calls: 1, errors: 0 });
    expect(figures.get('pipeline.extract')).toMatchObject({ calls: succeeded, errors: 0 });
    expect(figures.get('pipeline.parse')).toMatchObject({
      calls: succeeded + errors.ParseError,
      errors: errors.ParseError,
    });
    expect(figures.get('pipeline.file')).toMatchObject({ calls: files - errors.BrokenLinkError });
    expect(figures.get('pipeline.read')?.p99).toBeGreaterThan(0);
  });

  it('reaches the collector: metrics and traces', async () => {
    await telemetry.flush();
    expect(sink.received.get('/v1/metrics')?.bytes).toBeGreaterThan(0);
    expect(sink.received.get('/v1/traces')?.bytes).toBeGreaterThan(0);
  });
});

describe('the journal', () => {
  it('has every file, with what it was read from and stored in, and verifies', async () => {
    const entries: AuditEntry[] = [];
    for await (const entry of audit.query({ action: 'pipeline.ingest' })) entries.push(entry);
    const [stored, ...others] = entries.filter(({ outcome }) => outcome === 'success');
    expect(others).toEqual([]);
    expect(stored?.inputs).toHaveLength(tally.succeeded);
    for (const input of stored?.inputs ?? []) {
      const content = await readFile(input.name);
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      expect(input).toMatchObject({ namespace: 'file', bytes: content.length, digest });
    }
    expect(stored?.outputs).toEqual([{ namespace: 'file', name: tree.output, rows: tally.succeeded }]);
    // Nothing is written whose origin is not on record before.
    const started = entries.find(({ phase }) => phase === 'started');
    expect(started).toMatchObject({ index: stored?.started, inputs: stored?.inputs });
    const failures = entries.filter(({ outcome }) => outcome === 'failure');
    expect(failures.map(({ error }) => error?.type).sort()).toEqual(
      [...tally.errors].flatMap(([type, count]) => Array<string>(count).fill(type)).sort(),
    );
    expect(await verifyJournal()).toMatchObject({ size: entries.length, failure: undefined });
  });
});
