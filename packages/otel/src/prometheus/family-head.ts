import type { Exposition, TextFormat } from './exposition.ts';
import type { Family, FamilyTable } from './family.ts';
import { attributeLabels, labelText } from './labels.ts';
import type { FamilyType } from './metric-text.ts';

/** `target_info`: an info family in OpenMetrics, unless a metric has its name; a gauge otherwise. */
export function targetInfo(exposition: Exposition, format: TextFormat, table: FamilyTable): string {
  // A counter `target_total` is a family `target` too.
  const info = format === 'openmetrics' && !table.taken.has('target') && !table.taken.has('target_total');
  const name = info ? 'target' : 'target_info';
  const labels = labelText(attributeLabels(exposition.resource, new Set()));
  const sample = labels === '' ? 'target_info 1' : `target_info{${labels}} 1`;
  return `# HELP ${name} Target metadata\n# TYPE ${name} ${info ? 'info' : 'gauge'}\n${sample}\n`;
}

/** HELP and TYPE in the Prometheus text format. */
export function prometheusHead(family: Family): string {
  return `# HELP ${family.name} ${escapeHelp(helpOf(family))}\n# TYPE ${family.name} ${family.type}\n`;
}

/** TYPE, UNIT and HELP in OpenMetrics. */
export function openMetricsHead(family: Family, type: OpenMetricsType): string {
  const named = family.members[0]!.text.name;
  const name = type === 'unknown' ? family.name : named.openMetricsName;
  const unit = type === 'unknown' || named.unit === undefined ? '' : `# UNIT ${name} ${named.unit}\n`;
  const help = escapeHelp(helpOf(family)).replace(/"/g, '\\"');
  return `# TYPE ${name} ${type}\n${unit}# HELP ${name} ${help}\n`;
}

function helpOf(family: Family): string {
  return family.members[0]!.metric.descriptor.description || 'description missing';
}

function escapeHelp(help: string): string {
  return help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

/** Type of a family in OpenMetrics. */
export type OpenMetricsType = FamilyType | 'unknown';

/**
 * A counter is of type `unknown` in OpenMetrics when its family `x`, of the samples `x_total`, would clash with
 * another metric named `x` (1.0.0, "MetricFamily"). Nothing is lost but the type.
 */
export function openMetricsType(family: Family, table: FamilyTable): OpenMetricsType {
  if (family.type !== 'counter') return family.type;
  const { openMetricsName } = family.members[0]!.text.name;
  const clash =
    openMetricsName === family.name ||
    table.taken.has(openMetricsName) ||
    table.taken.has(`${openMetricsName}_created`);
  return clash ? 'unknown' : 'counter';
}
