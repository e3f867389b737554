/**
 * UCUM units and the words Prometheus has for them: the table of `prometheus/otlptranslator`, which the collector and
 * Prometheus' OTLP receiver share, so that one metric has one name everywhere. `TiBy` and `kBy` are the UCUM
 * spellings that the table's first releases had wrong.
 */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tebibytes'],
  ['kBy', 'kilobytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

/** Units behind the `/`, in the singular: `m` is a minute here, as in the translator's table. */
const PER_UNITS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['wk', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** Words of a UCUM unit: `By/s` is `{ main: 'bytes', per: 'per_second' }`. Either may be empty. */
export interface UnitWords {
  readonly main: string;
  readonly per: string;
}

/**
 * Translates a UCUM unit into the words of a Prometheus name (OpenTelemetry–Prometheus compatibility specification,
 * "Metric Metadata"). A part with an annotation (`{request}`) has no words, nor has the unit `1`; an unknown part is
 * kept, its invalid characters replaced.
 */
export function unitWords(unit: string): UnitWords {
  const slash = unit.indexOf('/');
  const main = slash === -1 ? unit : unit.slice(0, slash);
  const per = slash === -1 ? '' : unit.slice(slash + 1);
  const perWord = wordOf(per, PER_UNITS);
  return { main: wordOf(main, UNITS), per: perWord === '' ? '' : `per_${perWord}` };
}

function wordOf(part: string, table: ReadonlyMap<string, string>): string {
  const unit = part.trim();
  if (/[{}]/.test(unit)) return '';
  return (table.get(unit) ?? unit).replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '');
}
