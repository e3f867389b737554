import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect } from 'vitest';
import type { BackgroundProcess } from './harness/background-process.ts';
import type { Collector } from './harness/collector.ts';
import { it, type Lab } from './harness/lab.ts';
import { type ReceivedSpan, total } from './harness/otlp-file.ts';
import type { Prometheus } from './harness/prometheus.ts';
import { TREE_COUNTS, writeSourceTree } from './harness/source-tree.ts';

/** What is needed of the report of the example; all but the stages is counted without telemetry. */
interface Report {
  readonly files: number;
  readonly succeeded: number;
  readonly bytes: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** `BATCH_FILES` of the pipeline. */
const BATCH_FILES = 100;

/** The span of a file, the stages below it, and how many files reach each. */
const FILES = TREE_COUNTS.ok + TREE_COUNTS.ParseError + TREE_COUNTS.BinaryFileError;
const CALLS = {
  'pipeline.file': FILES,
  'pipeline.read': FILES,
  'pipeline.parse': FILES - TREE_COUNTS.BinaryFileError,
  'pipeline.extract': TREE_COUNTS.ok,
  // Of batches, each a trace of its own.
  'pipeline.store': Math.ceil(TREE_COUNTS.ok / BATCH_FILES),
} as const;

const ROOTS: ReadonlySet<string> = new Set(['pipeline.file', 'pipeline.store']);

const EXPORTS = [
  { protocol: 'http/json', temporality: 'cumulative' },
  { protocol: 'http/json', temporality: 'delta' },
  { protocol: 'http/protobuf', temporality: 'cumulative' },
  { protocol: 'http/protobuf', temporality: 'delta' },
  { protocol: 'grpc', temporality: 'cumulative' },
  { protocol: 'grpc', temporality: 'delta' },
] as const;

const AUDIT_COMMAND = join(import.meta.dirname, '..', '..', 'packages/audit/bin/instrument-audit.js');

const distribution = join(import.meta.dirname, '..', '..', 'examples', 'ast-pipeline', 'dist');

/** Runs the example over a tree, every file traced. */
async function runExample(
  lab: Lab,
  endpoint: string,
  env: Readonly<Record<string, string>>,
): Promise<Report> {
  const output = join(lab.directory, 'facts.ndjson');
  const example = lab.startProgram(
    'examples/ast-pipeline/dist/main.js',
    ['--json', '--once', '--dir', writeSourceTree(lab.directory), '--out', output].concat([
      '--port',
      '0',
      '--sampling',
      '1',
      '--otlp',
      endpoint,
    ]),
    env,
  );
  expect(await example.end).toEqual({ code: 0, signal: null });
  return JSON.parse(example.stdout) as Report;
}

function pipelineSpans(collector: Collector): ReceivedSpan[] {
  return collector.spans().filter(({ name }) => name.startsWith('pipeline.'));
}

describe.each(EXPORTS)('ast-pipeline over $protocol, $temporality', ({ protocol, temporality }) => {
  const env = {
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
  };
  const isGrpc = protocol === 'grpc';
  const endpointOf = (collector: Collector): string => (isGrpc ? collector.grpcEndpoint : collector.endpoint);

  it('delivers each span once, with its parent, resource and status', async ({ lab }) => {
    const collector = await lab.startCollector();
    await runExample(lab, endpointOf(collector), env);
    const expected = Object.values(CALLS).reduce((sum, calls) => sum + calls, 0);
    await expect
      .poll(() => pipelineSpans(collector).filter(({ name }) => name in CALLS).length, { timeout: 10_000 })
      .toBe(expected);

    const spans = pipelineSpans(collector);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    for (const [name, calls] of Object.entries(CALLS)) {
      expect(
        spans.filter((span) => span.name === name),
        name,
      ).toHaveLength(calls);
    }
    const files = new Map(
      spans.filter(({ name }) => name === 'pipeline.file').map((span) => [span.spanId, span]),
    );
    for (const span of spans) {
      const isStage = span.name in CALLS && !ROOTS.has(span.name);
      const parent = files.get(span.parentSpanId ?? '');
      if (isStage) expect(parent?.traceId, `${span.name} below a file`).toBe(span.traceId);
      else expect(span.parentSpanId, span.name).toBeUndefined();
    }

    const failed = spans.filter(({ status }) => status.code === 2);
    const failures = failed.map(({ name, attributes }) => `${name} ${attributes['error.type']}`);
    const count = (failure: string): number => failures.filter((each) => each === failure).length;
    expect(count('pipeline.parse ParseError')).toBe(TREE_COUNTS.ParseError);
    expect(count('pipeline.file ParseError')).toBe(TREE_COUNTS.ParseError);
    expect(count('pipeline.read BinaryFileError')).toBe(TREE_COUNTS.BinaryFileError);
    expect(count('pipeline.file BinaryFileError')).toBe(TREE_COUNTS.BinaryFileError);
    expect(count('pipeline.discover.link BrokenLinkError')).toBe(TREE_COUNTS.BrokenLinkError);
    expect(failed).toHaveLength(2 * (TREE_COUNTS.ParseError + TREE_COUNTS.BinaryFileError) + 1);
    for (const { status } of failed) expect(status.message).toMatch(/\S/);

    for (const { resource } of spans) {
      expect(resource).toMatchObject({
        'service.name': 'ast-pipeline',
        'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'telemetry.sdk.language': 'nodejs',
        'process.pid': expect.any(Number),
      });
    }
    expect(new Set(spans.map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
  });

  it('counts in the collector and in Prometheus what the example counted itself', async ({ lab }) => {
    const collector = await lab.startCollector();
    const prometheus = await lab.startPrometheus({ collector: collector.prometheusTarget });
    const report = await runExample(lab, endpointOf(collector), env);
    const { ok, ...errors } = TREE_COUNTS;
    expect(report).toMatchObject({ succeeded: ok, errors });

    const read = (metric: string, filter = {}): number => total(collector.points(), metric, filter);
    await expect.poll(() => read('ast_pipeline.files'), { timeout: 10_000 }).toBe(report.files);
    const points = collector.points().filter(({ metric }) => metric === 'ast_pipeline.files');
    expect(new Set(points.map((point) => point.temporality))).toEqual(new Set([temporality]));
    expect(read('ast_pipeline.bytes')).toBe(report.bytes);
    for (const [outcome, count] of Object.entries({ ok, ...report.errors })) {
      expect(read('ast_pipeline.files', { outcome }), outcome).toBe(count);
    }
    for (const [name, calls] of Object.entries(CALLS)) {
      expect(read(`${name}.calls`), name).toBe(calls);
      expect(read(`${name}.duration`), name).toBe(calls);
      expect(read(`${name}.active`), name).toBe(0);
    }

    await expectInPrometheus(prometheus, report);
  });

  // Prometheus takes OTLP over HTTP only.
  if (!isGrpc) {
    it('counts the same in a Prometheus 3 that takes OTLP itself', async ({ lab }) => {
      const prometheus = await lab.startOtlpPrometheus();
      const report = await runExample(lab, prometheus.otlpEndpoint, env);
      await expectInPrometheus(prometheus, report);
    });
  }
});

/** Prometheus answers what the example counted itself. */
async function expectInPrometheus(prometheus: Prometheus, report: Report): Promise<void> {
  const ask = (promql: string): Promise<number | undefined> => prometheus.sum(promql);
  await expect.poll(() => ask('ast_pipeline_files_total'), { timeout: 15_000 }).toBe(report.files);
  expect(await ask('ast_pipeline_bytes_total')).toBe(report.bytes);
  for (const [outcome, count] of Object.entries({ ok: report.succeeded, ...report.errors })) {
    expect(await ask(`ast_pipeline_files_total{outcome="${outcome}"}`), outcome).toBe(count);
  }
  for (const [name, calls] of Object.entries(CALLS)) {
    const metric = name.replaceAll('.', '_');
    expect(await ask(`${metric}_calls_total`), name).toBe(calls);
    expect(await ask(`${metric}_duration_seconds_count`), name).toBe(calls);
    expect(await ask(`${metric}_duration_seconds_bucket{le="+Inf"}`), name).toBe(calls);
    expect(await ask(`${metric}_active`), name).toBe(0);
  }
}

/** The pipeline of the example, which stays until it is told to end, so that it can be scraped when all is counted. */
function startHeldExample(lab: Lab, endpoint: string): BackgroundProcess {
  const module = (name: string): string => JSON.stringify(pathToFileURL(join(distribution, name)).href);
  return lab.startApp({
    source: `
      import { Pipeline } from ${module('pipeline.js')};
      import { createTally } from ${module('tally.js')};
      import { startTelemetry } from ${module('telemetry.js')};
      const { ENDPOINT: otlp, JOURNAL: audit } = process.env;
      const telemetry = await startTelemetry({ port: 0, otlp, sampling: 1, audit });
      console.log(JSON.stringify({ url: telemetry.endpoints.prometheus }));
      process.on('message', async ({ directory, output }) => {
        const tally = createTally();
        await new Pipeline({ directory, output }, tally).run(new AbortController().signal);
        await telemetry.flush();
        console.log(JSON.stringify({ files: tally.files, bytes: tally.bytes }));
      });`,
    env: { ENDPOINT: endpoint, JOURNAL: join(lab.directory, 'journal') },
  });
}

describe('the journal of ast-pipeline', () => {
  /** Files named by operations on record, those among them that had only begun. */
  function onRecord(journal: string): Set<string> {
    const { stdout, status } = spawnSync(
      process.execPath,
      [AUDIT_COMMAND, 'export', journal, '--format', 'ndjson'],
      { encoding: 'utf8', maxBuffer: 2 ** 30 },
    );
    expect(status).toBe(0);
    const entries = stdout.split('\n').filter((line) => line !== '');
    return new Set(
      entries.flatMap((line) => {
        const { inputs = [] } = JSON.parse(line) as { inputs?: { name: string; digest: string }[] };
        return inputs.map(({ name, digest }) => `${name} ${digest}`);
      }),
    );
  }

  it.for([1, 2, 3, 4])('knows the origin of every line, killed after %i writes', async (writes, { lab }) => {
    const directory = join(lab.directory, 'many');
    mkdirSync(directory);
    for (let i = 0; i < 2_000; i++) writeFileSync(join(directory, `${10_000 + i}.js`), `// ${i % 9}\n`);
    const output = join(lab.directory, 'facts.ndjson');
    const journal = join(lab.directory, 'journal');
    const example = lab.startProgram(
      'examples/ast-pipeline/dist/main.js',
      ['--json', '--once', '--dir', directory, '--out', output].concat(['--audit', journal, '--port', '0']),
    );
    const lines = (): string[] => readFileSync(output, 'utf8').split('\n').slice(0, -1);
    const isWritten = (): boolean => existsSync(output) && lines().length >= writes * BATCH_FILES;
    await example.ready(isWritten, 'The example');
    await example.kill();

    const known = onRecord(journal);
    expect(lines().length).toBeGreaterThanOrEqual(writes * BATCH_FILES);
    for (const line of lines()) {
      const { path, digest } = JSON.parse(line) as { path: string; digest: string };
      expect(known).toContain(`${path} ${digest}`);
    }
  });
});

describe('/metrics of ast-pipeline', () => {
  it('agrees with OTLP, scraped by Prometheus and by the collector at once', async ({ lab }) => {
    const collector = await lab.startCollector();
    const example = startHeldExample(lab, collector.endpoint);
    const lines = (): string[] => example.stdout.split('\n').slice(0, -1);
    await example.ready(() => lines().length > 0, 'The example');
    const { url } = JSON.parse(lines()[0] ?? '') as { url: string };
    const scraper = await lab.startCollector({ scrape: [url] });
    const prometheus = await lab.startPrometheus({
      scraped: new URL(url).host,
      pushed: collector.prometheusTarget,
    });
    example.child.send({
      directory: writeSourceTree(lab.directory),
      output: join(lab.directory, 'facts.ndjson'),
    });
    await example.ready(() => lines().length > 1, 'The example');
    const tally = JSON.parse(lines()[1] ?? '') as { files: number; bytes: number };

    for (const job of ['scraped', 'pushed']) {
      const ask = (metric: string): Promise<number | undefined> => prometheus.sum(`${metric}{job="${job}"}`);
      await expect.poll(() => ask('ast_pipeline_files_total'), { timeout: 15_000 }).toBe(tally.files);
      await expect.poll(() => ask('ast_pipeline_bytes_total'), { timeout: 15_000 }).toBe(tally.bytes);
    }
    // The collector's Prometheus receiver keeps the names of Prometheus.
    const scrapedTotal = (): number => total(scraper.points(), 'ast_pipeline_files_total');
    await expect.poll(scrapedTotal, { timeout: 15_000 }).toBe(tally.files);
    expect(total(scraper.points(), 'pipeline_file_duration_seconds')).toBe(CALLS['pipeline.file']);
    // Not the totals alone: each series, label for label, buckets too.
    const series = async (job: string): Promise<string[]> => {
      const samples = await prometheus.query(`{job="${job}", __name__=~"(ast_pipeline|pipeline)_.*"}`);
      return samples.map(({ labels, value }) => JSON.stringify([comparable(labels), value])).sort();
    };
    const scraped = await series('scraped');
    expect(scraped.length).toBeGreaterThan(50);
    await expect.poll(() => series('pushed'), { timeout: 15_000 }).toEqual(scraped);
  });

  it('satisfies promtool', async ({ lab }) => {
    const collector = await lab.startCollector();
    const example = startHeldExample(lab, collector.endpoint);
    const lines = (): string[] => example.stdout.split('\n').slice(0, -1);
    await example.ready(() => lines().length > 0, 'The example');
    const { url } = JSON.parse(lines()[0] ?? '') as { url: string };
    example.child.send({
      directory: writeSourceTree(lab.directory),
      output: join(lab.directory, 'facts.ndjson'),
    });
    await example.ready(() => lines().length > 1, 'The example');
    const input = await (await fetch(url)).text();
    expect(input).toContain('ast_pipeline_files_total');
    const check = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status: check.status, says: check.stderr + check.stdout }).toEqual({ status: 0, says: '' });
  });
});

/**
 * Labels that tell what is measured, in order; not those that tell who was scraped. OpenMetrics writes `le="1.0"` what the
 * text format of the collector's exporter writes `le="1"`; Prometheus 2 keeps both as they are.
 */
function comparable(labels: Readonly<Record<string, string>>): [string, unknown][] {
  return Object.entries(labels)
    .filter(([name]) => !/^(job|instance|exported_job|exported_instance|otel_scope_\w+)$/.test(name))
    .map(([name, value]): [string, unknown] => [name, name === 'le' ? Number.parseFloat(value) : value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
