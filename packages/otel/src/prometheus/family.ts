import type { Fragment } from '@org/instrument-core';
import { tell } from '@org/instrument-core';
import type { ShownMetric } from './folded-metric.ts';
import type { FamilyType, MetricText } from './metric-text.ts';

/** One metric of one scope, as part of a family. */
export interface FamilyMember {
  readonly metric: ShownMetric;
  readonly text: MetricText;
  /** A space and the time of the sample, when samples are stamped. */
  readonly stamp: Fragment | undefined;
}

/** The metrics that share a name; HELP and UNIT are those of the first. */
export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly members: FamilyMember[];
  /** Their fixed labels: fewer than members where some have the same, so that their series may be the same too. */
  readonly fixed: Set<string>;
}

/** Families by name, and the sample names that they take. */
export interface FamilyTable {
  readonly families: ReadonlyMap<string, Family>;
  readonly taken: ReadonlySet<string>;
}

const SUFFIXES: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['', '_bucket', '_count', '_sum'],
};

/** Warnings given, so that a conflict is told once and not at each scrape; emptied rather than let grow. */
const MAX_WARNINGS_KEPT = 1_000;

/**
 * Groups metrics of all scopes into families. A metric whose samples would carry the name of a family of another
 * type is left out, with one warning for each name (compatibility specification, "Metric Metadata": exporters drop
 * entire metrics to prevent conflicting TYPE comments).
 * @param reserved sample names that no metric may take
 * @param warned names warned of already; added to
 */
export function groupFamilies(
  members: Iterable<FamilyMember>,
  reserved: readonly string[],
  warned: Set<string>,
): FamilyTable {
  const families = new Map<string, Family>();
  const taken = new Set(reserved);
  for (const member of members) {
    const { type } = member.text;
    const { name } = member.text.name;
    const family = families.get(name);
    if (family?.type === type) {
      family.members.push(member);
      family.fixed.add(member.text.fixed);
    } else if (SUFFIXES[type].some((suffix) => taken.has(name + suffix))) warnConflict(member, warned);
    else {
      families.set(name, { name, type, members: [member], fixed: new Set([member.text.fixed]) });
      for (const suffix of SUFFIXES[type]) taken.add(name + suffix);
    }
  }
  return { families, taken };
}

function warnConflict(member: FamilyMember, warned: Set<string>): void {
  const { name } = member.text.name;
  warnOnce(
    warned,
    `${name} ${member.text.type}`,
    `Prometheus: the ${member.text.type} "${member.metric.descriptor.name}" is left out of /metrics: ` +
      `the name ${name} belongs to a metric of another type.`,
  );
}

/** Warns, once for each name, of a series that another member of the family has already. */
export function warnDoubled({ text, metric }: FamilyMember, warned: Set<string>): void {
  const { name } = text.name;
  warnOnce(
    warned,
    `${name} doubled`,
    `Prometheus: series of the ${text.type} "${metric.descriptor.name}" are left out of /metrics: another metric ` +
      `that is named ${name} there has the same labels. Rename one with a view; metrics of different scopes are told ` +
      'apart unless withoutScopeInfo is set.',
  );
}

function warnOnce(warned: Set<string>, key: string, message: string): void {
  if (warned.has(key)) return;
  if (warned.size >= MAX_WARNINGS_KEPT) warned.clear();
  warned.add(key);
  tell('warn', message);
}
