import type { ParsedSample } from './line.ts';

/**
 * The grammar of the OpenTelemetry Collector's StatsD receiver 0.155, as its `internal/parser/statsd_parser.go` has it
 * (`parseMessageToMetric`). It knows DogStatsD's tags and plain lines. Throws where that refuses the line.
 */
export function parseAsCollector(line: string): ParsedSample {
  const bar = line.indexOf('|');
  if (bar === -1) throw new Error(`invalid message format: ${line}`);
  const nameValue = line.slice(0, bar);
  const colon = nameValue.indexOf(':');
  if (colon === -1) throw new Error(`invalid <name>:<value> format: ${nameValue}`);
  const name = nameValue.slice(0, colon);
  const text = nameValue.slice(colon + 1);
  if (name === '') throw new Error('empty metric name');
  if (text === '') throw new Error('empty metric value');
  const [type = '', ...parts] = line.slice(bar + 1).split('|');
  if (!['c', 'g', 'h', 'ms', 'd'].includes(type)) throw new Error(`unsupported metric type: ${type}`);
  const tags: Record<string, string> = Object.create(null);
  let rate = 0;
  for (const part of parts) {
    // An empty part ends the line for it.
    if (part === '') break;
    if (part.startsWith('@')) rate = numberOf(part.slice(1));
    else if (part.startsWith('#')) {
      for (const tag of part.slice(1).split(',')) {
        if (tag === '') continue;
        const [key = '', ...value] = tag.split(':');
        if (key === '' || value.join(':') === '') throw new Error(`invalid tag format: ${tag}`);
        tags[key] = value.join(':');
      }
    } else if (part.startsWith('c:')) tags['container.id'] = part.slice(2);
    else if (part.startsWith('T')) {
      if (type !== 'c' && type !== 'g') throw new Error('only GAUGE and COUNT metrics support a timestamp');
      if (!/^\d+$/.test(part.slice(1))) throw new Error(`invalid timestamp: ${part}`);
    } else throw new Error(`unrecognized message part: ${part}`);
  }
  const value = numberOf(text);
  const isSampled = rate > 0 && rate < 1;
  return {
    name,
    type,
    value: type === 'c' && isSampled ? value / rate : value,
    isRelative: /^[+-]/.test(text),
    // Its histograms take uint64(1 / rate).
    times: type !== 'c' && type !== 'g' && isSampled ? Math.trunc(1 / rate) : 1,
    tags,
  };
}

function numberOf(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Error(`no number: ${text}`);
  return Number(text);
}
