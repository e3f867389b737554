import type { Contender, ContenderName } from './contenders.ts';
import type { Match, Row } from './rows.ts';
import { type Interval, intervalOf, medianOf } from './statistics.ts';
import type { TurnsOfProcess } from './turns.ts';

const MEBIBYTE = 1024 * 1024;

/** Everything that was measured: a table each for the load's side and the service's. */
export function fullTables(rows: readonly Row[], matches: readonly Match[]): string[][][] {
  const labels = new Map(rows.map(({ name, label }) => [name, label]));
  return [
    [
      ['', 'requests/s', 'against bare', '95 % interval', 'p50', 'p99'],
      ...rows.map(({ name, label, requestsPerSecond, throughput, p50Millis, p99Millis }) => [
        label,
        whole(requestsPerSecond),
        ...against(name, throughput),
        `${p50Millis.toFixed(2)} ms`,
        `${p99Millis.toFixed(2)} ms`,
      ]),
    ],
    [
      ['', 'CPU per request', 'against bare', '95 % interval', 'loop delay p99', 'longest', 'RSS', 'scrape'],
      ...rows.map((row) => [
        row.label,
        `${row.cpuMicrosPerRequest.toFixed(1)} µs`,
        ...against(row.name, row.cpu),
        `${row.loopDelayP99Millis.toFixed(1)} ms`,
        `${row.loopDelayMaxMillis.toFixed(1)} ms`,
        `${whole(row.rssBytes / MEBIBYTE)} MiB`,
        row.scrapeMillis === 0 ? '–' : `${row.scrapeMillis.toFixed(1)} ms`,
      ]),
    ],
    [
      ['ours against a peer', 'requests/s', '95 % interval', 'CPU per request', '95 % interval'],
      ...matches.map(({ ours, peer, throughput, cpu }) => [
        `${labels.get(ours)}, against ${labels.get(peer)}`,
        ...difference(throughput),
        ...difference(cpu),
      ]),
    ],
  ];
}

/** What the README at the root shows. */
export function shortTable(rows: readonly Row[]): string[][] {
  return [
    ['', 'requests/s', 'against bare (95 % interval)', 'CPU per request', 'p99'],
    ...rows.map(({ name, label, requestsPerSecond, throughput, cpuMicrosPerRequest, p99Millis }) => [
      label,
      whole(requestsPerSecond),
      name === 'bare' ? '–' : `${difference(throughput).join(' (')})`,
      `${cpuMicrosPerRequest.toFixed(1)} µs`,
      `${p99Millis.toFixed(1)} ms`,
    ]),
  ];
}

/** What telemetry costs within a process, with the interval over the processes. */
export function turnsTable(
  contenders: readonly Contender[],
  processes: ReadonlyMap<ContenderName, readonly TurnsOfProcess[]>,
): string[][] {
  return [
    ['on against off', 'requests/s', '95 % interval', 'CPU per request', '95 % interval', 'off'],
    ...contenders.map(({ name, label }) => {
      const each = processes.get(name) ?? [];
      return [
        label,
        ...difference(intervalOf(each.map(({ throughput }) => throughput))),
        ...difference(intervalOf(each.map(({ cpu }) => cpu))),
        `${medianOf(each.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest)).toFixed(1)} µs`,
      ];
    }),
  ];
}

/** A table for a README; its first row is the head. */
export function markdown([head = [], ...body]: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...body.map(line)].join('\n');
}

/** A table for the terminal. */
export function text(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

/** `bare` against itself is nothing. */
function against(name: Row['name'], interval: Interval): [string, string] {
  return name === 'bare' ? ['–', '–'] : difference(interval);
}

function difference({ median, low, high }: Interval): [string, string] {
  return [percent(median), `${percent(low)} to ${percent(high)}`];
}

export function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
