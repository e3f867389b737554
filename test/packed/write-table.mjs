// Writes the compatibility table of the README from results.json, which `pnpm test:packed` leaves.
import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- compatibility:begin -->';
const END = '<!-- compatibility:end -->';
const readme = new URL('../../README.md', import.meta.url);

const results = JSON.parse(readFileSync(new URL('./results.json', import.meta.url), 'utf8'));
const text = readFileSync(readme, 'utf8');
const begin = text.indexOf(BEGIN);
const end = text.indexOf(END);
if (begin === -1 || end < begin) {
  console.error(`README.md has no ${BEGIN} with ${END} below it.`);
  process.exit(1);
}
const compatibility = `${BEGIN}\n${table()}\n\n${list()}\n`;
writeFileSync(readme, text.slice(0, begin) + compatibility + text.slice(end));

/** A row per way of use, a column per version of Node; a cell is empty where it was not tried. */
function table() {
  const tried = results.filter(({ node }) => node !== undefined);
  const versions = unique(tried.map(({ node }) => node)).sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const cell = (use, version) =>
    mark(tried.find(({ use: other, node }) => other === use && node === version));
  return [
    row(['', ...versions.map((version) => `Node ${version}`)]),
    row(['---', ...versions.map(() => ':-:')]),
    ...unique(tried.map(({ use }) => use)).map((use) =>
      row([use, ...versions.map((version) => cell(use, version))]),
    ),
  ].join('\n');
}

/** What no version of Node matters to. */
function list() {
  const checks = results.filter(({ node }) => node === undefined);
  return ['Type declarations:\n', ...checks.map((result) => `- ${mark(result)} ${result.use}`)].join('\n');
}

function mark(result) {
  if (result === undefined) return '';
  return result.works ? '✓' : '✗';
}

function unique(values) {
  return [...new Set(values)];
}
