import type { Exemplar, Fragment } from '@org/instrument-core';
import type { FamilyMember } from './family.ts';
import { escapeLabelValue } from './labels.ts';
import type { BucketLines, SampleLine } from './metric-text.ts';
import { secondsText, valueText } from './number-text.ts';
import type { TextWriter } from './text-writer.ts';

// The longest value ("-1.2345678901234567e-308"), a time stamp and a line feed.
const VALUE_BYTES = 48;
// OpenMetrics 1.0.0, "Exemplars": names and values of an exemplar's labels together.
const MAX_EXEMPLAR_LABELS = 128;
const EXEMPLAR_NAMES = 'trace_id'.length + 'span_id'.length;

/** Writes a counter's or gauge's line; its labels must be prepared. */
export function writeSample(
  writer: TextWriter,
  member: FamilyMember,
  line: SampleLine,
  series: number,
  value: number,
  exemplar: Exemplar | undefined,
): void {
  const { labels } = member.text;
  const start = labels.start(series);
  const end = labels.end(series);
  writer.reserve(end - start + line.open.end + line.close.end + VALUE_BYTES);
  if (line.fixed) {
    writer.fragment(line.open);
    writer.copy(labels.view, start, end);
    writer.fragment(line.close);
  } else if (end > start) {
    writer.fragment(line.open);
    writer.copy(labels.view, start, end - 1);
    writer.fragment(line.close);
  } else {
    writer.fragment(line.bare);
  }
  writer.number(value);
  endSample(writer, member.stamp, exemplar);
}

/** Writes the line of one bucket of a histogram; its labels must be prepared. */
export function writeBucket(
  writer: TextWriter,
  member: FamilyMember,
  lines: BucketLines,
  series: number,
  bucket: number,
  count: number,
  exemplar: Exemplar | undefined,
): void {
  const { labels } = member.text;
  const start = labels.start(series);
  const end = labels.end(series);
  const from = lines.offsets[bucket] as number;
  const to = lines.offsets[bucket + 1] as number;
  writer.reserve(end - start + lines.open.end + to - from + VALUE_BYTES);
  writer.fragment(lines.open);
  writer.copy(labels.view, start, end);
  writer.copy(lines.closes, from, to);
  writer.number(count);
  endSample(writer, member.stamp, exemplar);
}

function endSample(writer: TextWriter, stamp: Fragment | undefined, exemplar: Exemplar | undefined): void {
  if (stamp !== undefined) writer.fragment(stamp);
  if (exemplar !== undefined) writer.text(exemplarText(exemplar));
  writer.endLine();
}

/**
 * ` # {trace_id="…",span_id="…"} 0.27 1700000000.123`; the empty string for one that OpenMetrics has no room for, and for
 * one of a tracer that has no such ids.
 */
function exemplarText(exemplar: Exemplar): string {
  const { traceId, spanId, value, timestampMillis } = exemplar;
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return '';
  if (EXEMPLAR_NAMES + traceId.length + spanId.length > MAX_EXEMPLAR_LABELS) return '';
  const labels = `trace_id="${escapeLabelValue(traceId)}",span_id="${escapeLabelValue(spanId)}"`;
  return ` # {${labels}} ${valueText(value)} ${secondsText(timestampMillis)}`;
}
