import type { Attributes } from '@opentelemetry/api';
import type { CollectedMetric } from '@org/instrument-core';
import { containerIdOf } from '../container-id.ts';
import { createDialect } from '../dialect/create-dialect.ts';
import type { Dialect, Tag } from '../dialect/dialect.ts';
import type { ExportedMetric, ExportedMetrics } from '../exported-metrics.ts';
import type { Form } from '../settings.ts';
import type { Batch } from './batch.ts';
import { isWrittenInPlace, writeCollected } from './collected-lines.ts';
import { Distribution } from './distribution.ts';
import { DoubledGauges } from './doubled-gauges.ts';
import { foldedMetric, type WrittenMetric } from './folded-metric.ts';
import { isHistogram, setsGauges, sharingNames } from './gauge-names.ts';
import { COUNT, createHistogramWriter, statisticGauges, type WriteHistogram } from './histogram-lines.ts';
import { LineWriter } from './line-writer.ts';
import { Lines } from './lines.ts';
import { MetricText } from './metric-text.ts';
import { writePoints } from './point-lines.ts';
import { pointMetric } from './point-metric.ts';
import { PointSeries } from './point-series.ts';
import { sorted, tagsOf, valueText } from './tags-of.ts';
import { millisPerUnit } from './time-unit.ts';

/** The metric that stands behind one in the SDK's form, where it is one of ours. */
export type CollectedOf = (metric: never) => CollectedMetric | undefined;

/** What depends on the resource: tags and text, kept for as long as it stays as it is. */
interface Voice {
  readonly key: string;
  readonly dialect: Dialect;
  readonly common: readonly Tag[];
  readonly collected: WeakMap<object, MetricText>;
  readonly points: Map<string, PointSeries>;
}

/**
 * Makes metrics lines. Keeps the text of every series, for as long as its metric lives: of ours by its place, so that
 * nothing but values is written anew.
 */
export class Encoder {
  readonly #form: Form;
  readonly #writer: LineWriter;
  readonly #lines: Lines;
  readonly #distribution = new Distribution();
  readonly #writeHistogram: WriteHistogram;
  readonly #collectedOf: CollectedOf;
  readonly #statistics: readonly string[];
  readonly #doubledGauges = new DoubledGauges();
  #voice: Voice | undefined;

  constructor(form: Form, collectedOf: CollectedOf = () => undefined) {
    this.#form = form;
    this.#writer = new LineWriter(form.maxPacketBytes);
    this.#collectedOf = collectedOf;
    this.#statistics = statisticGauges(form);
    const { sampleType, packsValues, maxPacketBytes } = form;
    this.#lines = new Lines(this.#writer, { sampleType, packsValues, maxLineBytes: maxPacketBytes });
    this.#writeHistogram = createHistogramWriter(form, this.#distribution, this.#lines);
  }

  /** Values left out of the last batch because they are infinite or no number. */
  get notFinite(): number {
    return this.#lines.notFinite;
  }

  /** Gauges left out of the last batch because another metric has the same name and tags. */
  get doubled(): number {
    return this.#lines.doubled;
  }

  /** Lines left out of the last batch because they are longer than a packet. */
  get tooLong(): number {
    return this.#writer.tooLong;
  }

  /**
   * Makes metrics a batch, in the buffer of the last one.
   *
   * @param isInUse whether the last batch is still in use, and this one needs a buffer of its own
   */
  encode({ resource, scopeMetrics }: ExportedMetrics, unixMillis: number, isInUse: boolean = false): Batch {
    this.#writer.begin(isInUse);
    const voice = this.#voiceFor(resource.attributes);
    this.#lines.begin(this.#form.timestamps ? voice.dialect.timestamp(unixMillis / 1_000) : '');
    this.#doubledGauges.begin();
    const all = scopeMetrics.flatMap(({ metrics }) => metrics);
    const sharing = sharingNames(all, (metric) => this.#gaugeNames(metric), voice.dialect);
    for (const { scope, metrics } of scopeMetrics) {
      const origin = `${scope.name}\n${scope.version ?? ''}`;
      for (const metric of metrics) {
        const { name } = metric.descriptor;
        this.#lines.beginMetric(
          sharing.has(metric) ? this.#doubledGauges.checkOf({ scope: scope.name, name }) : undefined,
        );
        this.#write(metric, origin, voice);
      }
    }
    return this.#writer.finish();
  }

  #setsGauges(metric: ExportedMetric): boolean {
    return setsGauges(metric, this.#form.statistics);
  }

  #gaugeNames(metric: ExportedMetric): readonly string[] {
    if (!this.#setsGauges(metric)) return [];
    const name = `${this.#form.prefix}${metric.descriptor.name}`;
    return isHistogram(metric) ? this.#statistics.map((suffix) => `${name}${suffix}`) : [name];
  }

  #write(metric: ExportedMetric, origin: string, voice: Voice): void {
    const { name, unit } = metric.descriptor;
    const factor = this.#form.sampleType === 'ms' ? millisPerUnit(unit) : 1;
    const createText = (): MetricText =>
      new MetricText(`${this.#form.prefix}${name}`, voice.dialect, voice.common);
    const collected = this.#collectedOf(metric as never);
    if (collected !== undefined && isWrittenInPlace(collected)) {
      let text = voice.collected.get(collected.identity);
      if (text === undefined) {
        text = createText();
        voice.collected.set(collected.identity, text);
      }
      this.#writeSeries(metric, collected, text, factor);
      return;
    }
    const key = `${origin}\n${name}\n${unit}\n${metric.dataPointType}`;
    let known = voice.points.get(key);
    if (known === undefined) {
      known = new PointSeries(createText);
      voice.points.set(key, known);
    }
    if (this.#setsGauges(metric)) {
      const series = pointMetric(metric, known);
      this.#writeSeries(metric, series, known.text, factor);
    } else writePoints(metric, known, factor, this.#lines, this.#distribution, this.#writeHistogram);
  }

  /** Of series with the same text a server would keep the last value that it sets: one is written that stands for all. */
  #writeSeries(metric: ExportedMetric, series: WrittenMetric, text: MetricText, factor: number): void {
    const twins = this.#setsGauges(metric) ? text.twins(isHistogram(metric) ? COUNT : '', series) : undefined;
    const written = twins === undefined ? series : foldedMetric(series, twins);
    writeCollected(written, text, factor, this.#lines, this.#distribution, this.#writeHistogram);
  }

  /** Attributes of a resource may come later; then all text is rendered anew. */
  #voiceFor(resource: Attributes): Voice {
    const { dialect, protocolVersion, tags, resourceTags } = this.#form;
    const chosen =
      resourceTags === undefined
        ? {}
        : Object.fromEntries(Object.entries(resource).filter(([key]) => key.search(resourceTags) !== -1));
    const common = sorted(tagsOf({ ...chosen, ...tags }, []));
    const containerId = containerIdOf(this.#form, valueText(resource['container.id']));
    const key = JSON.stringify([common, containerId]);
    if (this.#voice?.key !== key) {
      this.#voice = {
        key,
        dialect: createDialect(dialect, { version: protocolVersion, containerId }),
        common,
        collected: new WeakMap(),
        points: new Map(),
      };
    }
    return this.#voice;
  }
}
