import type { Finding, Target, Unit } from './measure.ts';

const KIBIBYTE = 1_024;

/** Which part of the benchmark a row belongs to; `pnpm bench <group>` runs that part alone. */
export type Group =
  | 'record'
  | 'calls'
  | 'spans'
  | 'autometrics'
  | 'disabled'
  | 'scrape'
  | 'blocks'
  | 'memory'
  | 'startup'
  | 'health'
  | 'audit'
  | 'system'
  | 'statsd'
  | 'executions'
  | 'growth'
  | 'worst-cases';

/** A row of `results.json`. */
export interface Row {
  readonly group: Group;
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** peer ÷ ours; of rates ours ÷ peer, so that more than one is better in any row. */
  readonly ratio: number;
  readonly target: number | undefined;
  /** What the target is about: `ratio` is to be at least that, `share` (ours ÷ peer) or `ours` at most, `rate` at least. */
  readonly targetOf: Target['of'] | undefined;
  readonly reached: boolean | undefined;
  /** What has been taken off both, where an overhead is meant. */
  readonly bare: number | undefined;
  readonly unit: Unit;
}

export function rowOf(group: Group, { name, ours, theirs, peer, target, bare, unit }: Finding): Row {
  return {
    group,
    name,
    ours,
    peer: theirs,
    peerName: peer,
    ratio: isRate(unit) ? ours / theirs : theirs / ours,
    target: target?.value,
    targetOf: target?.of,
    reached: target === undefined ? undefined : isReached(target, ours, theirs),
    bare,
    unit,
  };
}

function isReached({ of, value }: Target, ours: number, theirs: number): boolean {
  if (of === 'ratio') return theirs / ours >= value;
  if (of === 'rate') return ours >= value;
  return (of === 'share' ? ours / theirs : ours) <= value;
}

function isRate(unit: Unit): boolean {
  return unit.endsWith('/s');
}

/** A row for the terminal. */
export function line(row: Row): string {
  const { name, ours, peer, peerName, unit, reached } = row;
  const verdict = reached === undefined ? '' : ` (wanted ${wanted(row)}${reached ? '' : ': MISSED'})`;
  const both = `${amount(ours, unit)}  ${peerName} ${amount(peer, unit)}`;
  return `${name.padEnd(58)} ${both}  ${comparisonOf(row)}${verdict}`;
}

/** The rows as a table of Markdown, which says of each whether its target is reached. */
export function comparisonTable(rows: readonly Row[]): string {
  return [
    '| | ours | peer | peer ÷ ours; rates: ours ÷ peer | wanted | |',
    '|---|--:|---|--:|--:|:-:|',
    ...rows.map((row) => {
      const mark = row.reached === undefined ? '' : row.reached ? '✓' : '✗';
      return `| ${row.name} | ${amount(row.ours, row.unit)} | ${row.peerName}: ${amount(row.peer, row.unit)} | ${comparisonOf(row)} | ${wanted(row)} | ${mark} |`;
    }),
  ].join('\n');
}

/** The rows as a plain table, for figures that are not about a target. */
export function plainTable(rows: readonly Row[], peerName: string): string {
  return [
    `| | ours | ${peerName} |`,
    '|---|--:|--:|',
    ...rows.map(
      ({ name, ours, peer, unit }) => `| ${name} | ${amount(ours, unit)} | ${amount(peer, unit)} |`,
    ),
  ].join('\n');
}

/** The ratio; ours ÷ peer, marked by `×`, where that is what the target is about. */
function comparisonOf({ ratio, targetOf }: Row): string {
  return targetOf === 'share' ? `${(1 / ratio).toFixed(2)} ×` : ratio.toFixed(1);
}

function wanted({ target, targetOf, unit }: Row): string {
  if (target === undefined) return '';
  if (targetOf === 'ratio') return `≥ ${target}`;
  if (targetOf === 'rate') return `≥ ${target.toLocaleString('en')} ${unit}`;
  return targetOf === 'share' ? `≤ ${target} ×` : `≤ ${target} ${unit}`;
}

function amount(value: number, unit: Unit): string {
  if (unit === 'B' && Math.abs(value) >= KIBIBYTE * 10) return `${figure(value / KIBIBYTE)} KiB`;
  return `${figure(value)} ${unit}`;
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
