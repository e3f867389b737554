import { measureAudit } from './audit.ts';
import { measureBlocks } from './blocks.ts';
import { measureAutometrics, measureCalls } from './calls.ts';
import { measureDisabled } from './disabled.ts';
import { measureGrowth } from './growth.ts';
import { measureHealth } from './health.ts';
import type { Finding } from './measure.ts';
import { measureMemory } from './memory.ts';
import { writeBetweenMarks, writeJson } from './readme.ts';
import { measureRecording } from './record.ts';
import { comparisonTable, type Group, line, plainTable, type Row, rowOf } from './results.ts';
import { measureScrapes } from './scrape.ts';
import { measureSpans } from './spans.ts';
import { measureStartup } from './startup.ts';
import { measureStatsd } from './statsd.ts';
import { measureSystem } from './system.ts';
import { versions } from './versions.ts';
import { measureWorstCases } from './worst-cases.ts';

type Measure = (report: (finding: Finding) => void) => Promise<void>;

/** In this order: what makes a context active, which on Node.js 20 cannot be undone, comes after recording. */
const GROUPS: Readonly<Record<Group, Measure>> = {
  record: measureRecording,
  calls: measureCalls,
  spans: measureSpans,
  autometrics: measureAutometrics,
  disabled: measureDisabled,
  scrape: measureScrapes,
  blocks: measureBlocks,
  memory: measureMemory,
  startup: measureStartup,
  health: measureHealth,
  audit: measureAudit,
  system: measureSystem,
  statsd: measureStatsd,
  growth: measureGrowth,
  'worst-cases': measureWorstCases,
};

/** What is shown in the README at the root; the rest, how the cost grows, in that of the benchmarks. */
const GROWTH: readonly Group[] = ['growth', 'worst-cases'];

const PEERS = [
  '@autometrics/autometrics',
  '@godaddy/terminus',
  '@nestjs/terminus',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/host-metrics',
  '@opentelemetry/instrumentation-runtime-node',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace-node',
  'better-sqlite3',
  'hot-shots',
  'nestjs-otel',
  'pino',
  'prom-client',
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(GROUPS, name));
if (unknown.length > 0) {
  throw new Error(
    `There is no ${unknown.join(', ')}. Parts of the benchmark: ${Object.keys(GROUPS).join(', ')}`,
  );
}

const rows: Row[] = [];
for (const [group, measure] of Object.entries(GROUPS) as [Group, Measure][]) {
  if (asked.length > 0 && !asked.includes(group)) continue;
  const begun = performance.now();
  await measure((finding) => {
    const row = rowOf(group, finding);
    rows.push(row);
    console.log(line(row));
  });
  console.log(`(${group}: ${((performance.now() - begun) / 1_000).toFixed(0)} s)`);
}
if (asked.length === 0) publish();

/** Only a whole run is written down, so that all figures are of one. */
function publish(): void {
  const known = versions(PEERS);
  writeJson(
    'bench/results.json',
    rows.map((row) => ({ ...row, versions: known })),
  );
  const isGrowth = ({ group }: Row): boolean => GROWTH.includes(group);
  writeBetweenMarks('README.md', 'bench', comparisonTable(rows.filter((row) => !isGrowth(row))));
  writeBetweenMarks('bench/README.md', 'growth', plainTable(rows.filter(isGrowth), 'SDK'));
}
