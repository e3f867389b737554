import {
  AGGREGATIONS,
  type AttributeKeys,
  type InstrumentType,
  type MetricViewOptions,
} from '@org/instrument-core';
import { bool, choice, instance, integer, leaf, list, text } from './leaves.ts';
import { type Fields, fieldsOf, inCodeOnly, isSettings, type Leaf, type Relation } from './rule.ts';

const INSTRUMENT_TYPES: readonly InstrumentType[] = [
  'COUNTER',
  'UP_DOWN_COUNTER',
  'HISTOGRAM',
  'GAUGE',
  'OBSERVABLE_COUNTER',
  'OBSERVABLE_UP_DOWN_COUNTER',
  'OBSERVABLE_GAUGE',
];
const SELECTORS = [
  'instrumentName',
  'instrumentType',
  'instrumentUnit',
  'meterName',
  'meterVersion',
  'meterSchemaUrl',
] as const;

const aggregationWord = choice(AGGREGATIONS);
const aggregationType: Leaf = {
  ...aggregationWord,
  accepts: (value) => aggregationWord.accepts(value) || AGGREGATIONS[value as number] !== undefined,
};

const finite = leaf('a finite number', (value) => Number.isFinite(value), { reads: 'number' });

const ascending: Relation = ({ boundaries }, report) => {
  if (!Array.isArray(boundaries)) return;
  const at = boundaries.findIndex((bound, i) => i > 0 && Number(bound) <= Number(boundaries[i - 1]));
  if (at > 0) report(`boundaries[${at}]`, `a number above ${boundaries[at - 1]}, the one before`);
};

/** The options of one aggregation belong to it alone. */
const optionsOfType: Relation = ({ type, options }, report) => {
  if (!isSettings(options)) return;
  const name = typeof type === 'number' ? AGGREGATIONS[type] : type;
  if (options.boundaries !== undefined && name !== 'explicit_bucket_histogram') {
    report('options.boundaries', 'type to be explicit_bucket_histogram beside it');
  }
  if (options.maxSize !== undefined && name !== 'exponential_histogram') {
    report('options.maxSize', 'type to be exponential_histogram beside it');
  }
};

const aggregation: Fields = {
  kind: 'fields',
  fields: {
    type: aggregationType,
    options: {
      kind: 'fields',
      // maxSize from 2: fewer buckets cannot hold two values of different magnitude.
      fields: { boundaries: list('a list of numbers', finite), recordMinMax: bool, maxSize: integer(2) },
      relations: [ascending],
    },
  },
  relations: [
    ({ type }, report) => {
      if (type === undefined) report('type', aggregationType.expected);
    },
    optionsOfType,
  ],
};

const selectsSomething: Relation = (view, report) => {
  if (SELECTORS.every((selector) => view[selector] === undefined)) {
    report('', `at least one of ${SELECTORS.join(', ')}`, "Write instrumentName: '*' for all instruments.");
  }
};

const renamesOne: Relation = ({ name, instrumentName }, report) => {
  if (name === undefined) return;
  if (instrumentName === undefined || /[*?]/.test(String(instrumentName))) {
    const fix = 'A new name needs a view that selects at most one instrument of a meter.';
    report('name', 'instrumentName without * and ? beside it', fix);
  }
};

const keys = list('a list of attribute keys', text());

/** A view, ours or the SDK's (metrics SDK specification, "View"). */
export const view: Fields = fieldsOf<MetricViewOptions>(
  {
    name: text(),
    description: leaf('a text', (value) => typeof value === 'string', { reads: 'text' }),
    attributes: fieldsOf<AttributeKeys>({ allow: keys, deny: keys }),
    attributesProcessors: inCodeOnly(
      list(
        'a list of attributes processors',
        instance('an attributes processor, with process()', ['process']),
      ),
      'attributes, as { allow: [...] } or { deny: [...] }',
      'Processors can be given in code only.',
    ),
    aggregation,
    // 1: the overflow series alone.
    aggregationCardinalityLimit: integer(1),
    instrumentType: choice(INSTRUMENT_TYPES),
    instrumentName: text(),
    instrumentUnit: leaf('a text', (value) => typeof value === 'string', { reads: 'text' }),
    meterName: leaf('a text', (value) => typeof value === 'string', { reads: 'text' }),
    meterVersion: leaf('a text', (value) => typeof value === 'string', { reads: 'text' }),
    meterSchemaUrl: leaf('a text', (value) => typeof value === 'string', { reads: 'text' }),
  },
  { relations: [selectsSomething, renamesOne] },
);
