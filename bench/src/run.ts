import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, type Row } from './measure.ts';
import { recordComparisons } from './record.ts';
import { scrapeComparisons } from './scrape.ts';
import { versions } from './versions.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

const rows: Row[] = [];
for (const comparison of recordComparisons()) report(await compare(comparison));
for (const kind of ['counter', 'histogram'] as const) {
  const { comparisons, close } = await scrapeComparisons(kind);
  for (const comparison of comparisons) report(await compare(comparison));
  await close();
}
const known = versions();
writeFileSync(
  join(ROOT, 'bench', 'results.json'),
  `${JSON.stringify(
    rows.map((row) => ({ ...row, versions: known })),
    undefined,
    2,
  )}\n`,
);
writeTable();

function report(row: Row): void {
  rows.push(row);
  const target = row.target === undefined ? '' : ` (wanted ${row.target})`;
  console.log(
    `${row.name.padEnd(50)} ${figure(row.ours)} ${row.unit}  ${row.peerName} ${figure(row.peer)} ${row.unit}  ratio ${row.ratio.toFixed(1)}${target}`,
  );
}

/** Puts the table into the README, between its two marks. */
function writeTable(): void {
  const file = join(ROOT, 'README.md');
  const text = readFileSync(file, 'utf8');
  const table = [
    '| | ours | peer | ratio |',
    '|---|---|---|---|',
    ...rows.map(
      ({ name, ours, peer, peerName, ratio, unit }) =>
        `| ${name} | ${figure(ours)} ${unit} | ${peerName}: ${figure(peer)} ${unit} | ${ratio.toFixed(1)} |`,
    ),
  ].join('\n');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  writeFileSync(file, `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`);
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
