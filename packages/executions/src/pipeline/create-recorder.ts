import {
  DEFAULT_DURATION_BOUNDARIES,
  describeValue,
  type EventBus,
  MeterProvider,
  OptionReader,
  ownAttributes,
  events as processEvents,
  meterProvider as processProvider,
} from '@org/instrument-core';
import { keyOfLabels, readLabels } from '../labels.ts';
import type { PipelineRecorder, PipelineRecorderOptions } from './recorder.ts';
import { Site } from './site.ts';
import { cacheVerb } from './verbs/cache.ts';
import { circuitVerb } from './verbs/circuit.ts';
import { connectionVerb } from './verbs/connection.ts';
import { deduplicationVerb } from './verbs/deduplication.ts';
import { errorVerb } from './verbs/error.ts';
import { eventVerb } from './verbs/event.ts';
import { queueVerb } from './verbs/queue.ts';
import { retryVerb } from './verbs/retry.ts';
import { volumeVerb } from './verbs/volume.ts';

/** Scope of the metrics. */
const SCOPE = '@org/instrument-executions';

/** As instruments may be called, less what the verbs put behind the name. */
const NAME = /^[a-z][a-z0-9_.\-/]{0,220}$/i;

/** Labels that the verbs have for themselves. */
const RESERVED: readonly string[] = (
  'source domain entity success error_type component severity operation reason circuit connection state from to ' +
  'direction queue cache result'
).split(' ');

/**
 * Recorders by provider, bus, name and labels: asked for again, the same one is returned, so that two parts of a program
 * that use one name do not show two states of one circuit.
 */
const recorders = new WeakMap<MeterProvider, WeakMap<EventBus, Map<string, PipelineRecorder>>>();

/**
 * The recorder of a pipeline of events. `name` begins the names of its metrics: `ingest` gives `ingest.events`. With the
 * same name, labels and buckets it is the same recorder.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` listing all problems of name and options.
 */
export function createPipelineRecorder(
  name: string,
  options: PipelineRecorderOptions = {},
): PipelineRecorder {
  const read = new OptionReader(options, ['labels', 'buckets', 'meterProvider', 'events']);
  if (typeof name !== 'string' || !NAME.test(name)) {
    read.add('name', describeValue(name), 'a letter, then up to 220 letters, digits, _ . - or /');
  }
  const labels = readLabels(read, RESERVED);
  const buckets = readBuckets(read);
  const { meterProvider = processProvider, events = processEvents } = options;
  if (!(meterProvider instanceof MeterProvider)) {
    read.add('meterProvider', describeValue(meterProvider), 'a MeterProvider of @org/instrument-core');
  }
  if (typeof events?.hears !== 'function') read.add('events', describeValue(events), 'an EventBus');
  read.done('The pipeline recorder cannot be created');

  const known = tableOf(meterProvider, events);
  const key = JSON.stringify([name, keyOfLabels(Object.entries(labels)), buckets]);
  let recorder = known.get(key);
  if (recorder === undefined) {
    recorder = assemble(
      new Site(name, meterProvider.getMeter(SCOPE), ownAttributes(labels), events),
      buckets,
    );
    known.set(key, recorder);
  }
  return recorder;
}

function assemble(site: Site, buckets: readonly number[]): PipelineRecorder {
  return Object.freeze({
    name: site.name,
    recordEvent: eventVerb(site, buckets),
    recordError: errorVerb(site),
    recordRetry: retryVerb(site),
    recordCircuitState: circuitVerb(site),
    recordConnectionState: connectionVerb(site),
    recordDataVolume: volumeVerb(site),
    recordDeduplication: deduplicationVerb(site),
    recordQueueDepth: queueVerb(site),
    recordCache: cacheVerb(site),
  });
}

function tableOf(provider: MeterProvider, bus: EventBus): Map<string, PipelineRecorder> {
  const byBus = recorders.get(provider) ?? new WeakMap<EventBus, Map<string, PipelineRecorder>>();
  recorders.set(provider, byBus);
  const table = byBus.get(bus) ?? new Map<string, PipelineRecorder>();
  byBus.set(bus, table);
  return table;
}

function readBuckets(read: OptionReader<PipelineRecorderOptions>): readonly number[] {
  const buckets = read.raw('buckets');
  if (buckets === undefined) return DEFAULT_DURATION_BOUNDARIES;
  const list: readonly unknown[] = Array.isArray(buckets) ? buckets : [];
  const ascends = list.every(
    (bound, i) =>
      typeof bound === 'number' && Number.isFinite(bound) && (i === 0 || bound > Number(list[i - 1])),
  );
  if (list.length > 0 && ascends) return [...(list as number[])];
  read.add('buckets', describeValue(buckets), 'finite numbers of seconds, each above the one before');
  return DEFAULT_DURATION_BOUNDARIES;
}
