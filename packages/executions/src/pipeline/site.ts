import { type Attributes, type AttributeValue, trace } from '@opentelemetry/api';
import {
  BoundedWords,
  type EventBus,
  type EventMap,
  MAX_ERROR_TYPES,
  type Meter,
  reportFault,
  runtime,
} from '@org/instrument-core';
import type { PipelineEvent, PipelineEventMap } from './events.ts';

/** Stands where a label is none. */
export const UNKNOWN = 'unknown';

/** Characters of a label; what is longer is no name of anything, and is cut. */
export const MAX_LABEL = 256;

/** What the records of a verb cannot do without. */
const FIELDS: Readonly<Record<string, string>> = {
  recordEvent: 'source, domain, entity, durationMillis and success',
  recordError: 'component, and type or error',
  recordRetry: 'operation',
  recordCircuitState: 'circuit and state',
  recordConnectionState: 'connection and state',
  recordDataVolume: 'direction and bytes',
  recordDeduplication: 'duplicates',
  recordQueueDepth: 'queue and depth',
  recordCache: "result ('hit' or 'miss'), or one of these words",
};

/** What the verbs of one recorder share. */
export class Site {
  readonly name: string;
  readonly meter: Meter;
  readonly hasLabels: boolean;
  readonly #keys: readonly string[];
  readonly #values: readonly (AttributeValue | undefined)[];
  readonly #bus: EventBus;
  readonly #errorTypes = new BoundedWords(MAX_ERROR_TYPES);

  constructor(name: string, meter: Meter, labels: Attributes, bus: EventBus) {
    this.name = name;
    this.meter = meter;
    // Assigned, it would become the prototype.
    this.#keys = Object.keys(labels).filter((key) => key !== '__proto__');
    this.hasLabels = this.#keys.length > 0;
    this.#values = this.#keys.map((key) => labels[key]);
    this.#bus = bus;
  }

  /** A verb that costs one test while the runtime is disabled, and lets nothing out. */
  guard<R>(verb: string, record: (given: R) => void): (given: R) => void {
    return (given) => {
      if (runtime.disabled) return;
      try {
        if (this.isRecord(verb, given)) record(given);
      } catch (fault) {
        reportFault(this.name, verb, fault);
      }
    };
  }

  /** Whether an object was given, in which the verb finds its fields; anything else is reported. */
  isRecord(verb: string, given: unknown): boolean {
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return true;
    const what = `an object with ${FIELDS[verb] ?? 'its fields'}`;
    reportFault(this.name, verb, new TypeError(`${verb} takes ${what}, and was given ${kindOf(given)}`));
    return false;
  }

  /** Reports what was given for a key. */
  refuse(verb: string, key: string, found: unknown, expected: string): void {
    reportFault(this.name, `${verb}, ${key},`, new TypeError(`found ${kindOf(found)}, expected ${expected}`));
  }

  /** A label: text as it is, cut where it is too long; anything else is reported, and `unknown`. */
  label(verb: string, key: string, value: unknown): string {
    if (typeof value === 'string') return value.length <= MAX_LABEL ? value : value.slice(0, MAX_LABEL);
    this.refuse(verb, key, value, 'a text');
    return UNKNOWN;
  }

  /** A label that may be left out. */
  optionalLabel(verb: string, key: string, value: unknown, fallback: string): string {
    return value === undefined ? fallback : this.label(verb, key, value);
  }

  /** A class of errors as a label: the first 50 of the recorder, then `other`. `unknown` takes none of these places. */
  errorType(type: string): string {
    return type === UNKNOWN ? type : this.#errorTypes.admit(type);
  }

  /** A number from `min` on; `undefined`, reported, for anything else. */
  amount(verb: string, key: string, value: unknown, min: number = 0): number | undefined {
    if (typeof value === 'number' && value >= min && value < Number.POSITIVE_INFINITY) return value;
    this.refuse(verb, key, value, `a finite number of at least ${min}`);
    return undefined;
  }

  /**
   * Labels of the recorder and of a record, as a new object that the verb may add its own to. Put together by assignment: the
   * keys of objects made by spread are thirty times slower to go through (V8 keeps no enumeration cache for them).
   */
  series(verb: string, attributes: unknown): Attributes {
    const series: Attributes = {};
    for (let i = 0; i < this.#keys.length; i++) series[this.#keys[i] as string] = this.#values[i];
    if (attributes === undefined) return series;
    if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
      this.refuse(verb, 'attributes', attributes, 'an object');
      return series;
    }
    for (const key of Object.keys(attributes)) {
      if (key !== '__proto__') series[key] = (attributes as Attributes)[key];
    }
    return series;
  }

  /** Publishes an event that somebody hears; `payload` is made then only. */
  emit<Name extends keyof PipelineEventMap>(
    name: Name,
    attributes: unknown,
    payload: () => Omit<PipelineEventMap[Name], keyof PipelineEvent>,
  ): void {
    if (!this.#bus.hears(name)) return;
    const span = trace.getActiveSpan()?.spanContext();
    const event = {
      ...payload(),
      pipeline: this.name,
      labels: this.series(name, attributes),
      timestampMillis: Date.now(),
      traceId: span?.traceId,
      spanId: span?.spanId,
    } as unknown as EventMap[Name];
    this.#bus.emit(name, event);
  }
}

/** What a value is, in a few words whatever its size: it may be the whole of a message. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return Array.isArray(value) ? 'an array' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
