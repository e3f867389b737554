import { GROUPS } from './groups.ts';
import type { Finding } from './measure.ts';
import { follow, start } from './processes/child.ts';
import { writeBetweenMarks, writeJson } from './readme.ts';
import { comparisonTable, type Group, line, plainTable, type Row, rowOf } from './results.ts';
import { versions } from './versions.ts';

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
for (const group of Object.keys(GROUPS) as Group[]) {
  if (asked.length > 0 && !asked.includes(group)) continue;
  const begun = performance.now();
  // A process for each: what one part has taught the compiler, and left on the heap, is no part of the next.
  await follow<Finding>(start('group.js', [group], ['--expose-gc'], 'inherit'), (finding) => {
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
