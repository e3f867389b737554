import { type CollectedMetric, type Collection, type Fragment, fragment, tell } from '@org/instrument-core';
import type { Chunks } from './chunks.ts';
import type { Exposition, ExpositionOptions, TextFormat } from './exposition.ts';
import { type FamilyMember, groupFamilies } from './family.ts';
import { openMetricsHead, openMetricsType, prometheusHead, targetInfo } from './family-head.ts';
import { writeFamily } from './family-lines.ts';
import { attributeLabels, constantAttributes, type Labels, labelText, scopeLabels } from './labels.ts';
import { type MetricText, metricText } from './metric-text.ts';
import { secondsText } from './number-text.ts';
import { createSteps } from './steps.ts';
import { TextWriter } from './text-writer.ts';

/** Writes expositions, and keeps the rendered text of each metric by its `identity`. */
export interface ExpositionSerializer {
  /**
   * Writes step by step: each step yields about 256 KiB, or what was written in 2 ms when that is less (it may be
   * nothing). Series are read when they are written, each as a whole.
   *
   * @param chunks what is written into; what is given back there, while writing goes on, is written into again
   */
  write(exposition: Exposition, format: TextFormat, chunks?: Chunks): Generator<Buffer, void, undefined>;
  /** Writes everything at once. */
  serialize(exposition: Exposition, format: TextFormat): Buffer;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Creates a serializer for the Prometheus text format 0.0.4 and OpenMetrics 1.0.0. */
export function createSerializer(options: ExpositionOptions = {}): ExpositionSerializer {
  let texts = new WeakMap<object, MetricText>();
  let constants = '';
  const warned = new Set<string>();

  function constantLabels(exposition: Exposition): Labels {
    const labels = attributeLabels(constantAttributes(exposition.resource, options.resourceLabels), NO_NAMES);
    const text = labelText(labels);
    // Detected late, a resource changes: what was rendered with the former labels is of no use then.
    if (text !== constants) texts = new WeakMap();
    constants = text;
    return labels;
  }

  function* members(exposition: Exposition, format: TextFormat): Generator<FamilyMember> {
    const constant = constantLabels(exposition);
    for (const collection of exposition.collections) {
      const stamp = options.appendTimestamp === true ? stampOf(collection, format) : undefined;
      for (const { scope, metrics } of collection.scopes) {
        const fixed = new Map([
          ...(options.withoutScopeInfo === true ? [] : scopeLabels(scope)),
          ...constant,
        ]);
        for (const metric of metrics) {
          const text = metric.temporality === 'cumulative' && metric.size > 0 && textOf(metric, fixed);
          if (text) yield { metric, text, stamp };
        }
      }
    }
  }

  function textOf(metric: CollectedMetric, fixed: Labels): MetricText | undefined {
    let text = texts.get(metric.identity);
    if (text === undefined) {
      text = metricText(metric, fixed, options.prefix);
      if (text === undefined) {
        const name = metric.descriptor.name;
        if (!warned.has(name))
          tell('error', `Prometheus: nothing of the metric name "${name}" is legal; left out.`);
        warned.add(name);
        return undefined;
      }
      texts.set(metric.identity, text);
    }
    return text;
  }

  function* write(
    exposition: Exposition,
    format: TextFormat,
    chunks?: Chunks,
  ): Generator<Buffer, void, undefined> {
    const writer = new TextWriter(chunks);
    const steps = createSteps(writer);
    const withTarget = options.withoutTargetInfo !== true;
    const reserved = withTarget ? ['target_info'] : [];
    const shown: FamilyMember[] = [];
    for (const member of members(exposition, format)) {
      shown.push(member);
      if (steps.due()) yield steps.take();
    }
    const table = groupFamilies(shown, reserved, warned);
    if (withTarget) writer.text(targetInfo(exposition, format, table));
    for (const family of table.families.values()) {
      const type = openMetricsType(family, table);
      writer.text(format === 'openmetrics' ? openMetricsHead(family, type) : prometheusHead(family));
      const withExemplars = format === 'openmetrics' && type === 'counter';
      yield* writeFamily(writer, steps, family, format, withExemplars, warned);
    }
    if (format === 'openmetrics') writer.text('# EOF\n');
    else if (table.families.size === 0) writer.text('# no registered metrics\n');
    yield writer.rest();
  }

  return {
    write,
    serialize: (exposition, format) => Buffer.concat([...write(exposition, format)]),
  };
}

function stampOf(collection: Collection, format: TextFormat): Fragment {
  const millis = collection.timeMillis;
  return fragment(format === 'openmetrics' ? ` ${secondsText(millis)}` : ` ${Math.floor(millis)}`);
}
