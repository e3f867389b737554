import type { ParsedSample } from './line.ts';

/**
 * The grammar of Prometheus' statsd_exporter 0.31 with all dialects enabled, as its `pkg/line/line.go` has it
 * (`LineToEvents`). Throws where that counts an error, be it of a sample or of a tag.
 */
export function parseAsStatsdExporter(line: string): ParsedSample[] {
  if (line === '') return [];
  const colon = line.indexOf(':');
  if (colon <= 0) throw new Error(`malformed_line: ${line}`);
  const tags: Record<string, string> = Object.create(null);
  const name = nameAndTags(line.slice(0, colon), tags);
  const rest = line.slice(colon + 1);
  const isDogstatsd = rest.includes('|#');
  if (isDogstatsd && Object.keys(tags).length > 0) throw new Error(`mixed_tagging_styles: ${line}`);
  const parts = rest.split('|');
  if (parts.length < 2) throw new Error(`not_enough_parts_after_colon: ${line}`);
  const [values = '', type = ''] = parts;
  let samples: string[];
  if (values.includes(':')) {
    if (!['ms', 'h', 'd'].includes(type)) throw new Error(`invalid_extended_aggregate_type: ${line}`);
    const suffix = rest.slice(rest.indexOf('|'));
    samples = values.split(':').map((value) => `${value}${suffix}`);
  } else samples = isDogstatsd ? [rest] : rest.split(':');
  return samples.map((sample) => parseSample(name, sample, tags, line));
}

function parseSample(name: string, sample: string, tags: Record<string, string>, line: string): ParsedSample {
  const [text = '', type = '', ...more] = sample.split('|');
  if (type === '' || more.length > 4) throw new Error(`malformed_component: ${line}`);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Error(`malformed_value: ${line}`);
  let value = Number(text);
  let times = 1;
  for (const component of more) {
    if (component === '') throw new Error(`malformed_component: ${line}`);
    if (component[0] === '@') {
      const rate = Number(component.slice(1));
      if (Number.isNaN(rate)) throw new Error(`invalid_sample_factor: ${line}`);
      if (type === 'c') value /= rate;
      // Go's int() cuts off.
      else if (type !== 'g') times = Math.trunc(1 / rate);
    } else if (component[0] === '#') {
      const list = component.slice(1);
      for (const tag of list === '' ? [] : list.split(',')) addTag(tag.replace(/^#/, ''), ':', tags);
    } else if (component.startsWith('c:') && component.length > 2) tags.container_id = component.slice(2);
    else if (component[0] !== 'T') throw new Error(`invalid_sample_factor: ${line}`);
  }
  if (!['c', 'g', 'ms', 'h', 'd'].includes(type)) throw new Error(`illegal_event: ${line}`);
  return { name, type, value, isRelative: /^[+-]/.test(text), times, tags };
}

function nameAndTags(name: string, tags: Record<string, string>): string {
  const open = name.indexOf('[');
  const close = name.indexOf(']');
  if (open !== -1 && close !== -1) {
    addTags(name.slice(open + 1, close), tags);
    return name.slice(0, open) + name.slice(close + 1);
  }
  if (open !== -1 || close !== -1) throw new Error(`only one bracket: ${name}`);
  const at = name.search(/[#,]/);
  if (at === -1) return name;
  addTags(name.slice(at + 1), tags);
  return name.slice(0, at);
}

function addTags(component: string, tags: Record<string, string>): void {
  for (const tag of component.split(',')) addTag(tag, '=', tags);
}

function addTag(tag: string, separator: string, tags: Record<string, string>): void {
  const at = tag.indexOf(separator);
  const key = tag.slice(0, Math.max(at, 0));
  const value = tag.slice(at + 1);
  if (at === -1 || key === '' || value === '') throw new Error(`tag error: ${JSON.stringify(tag)}`);
  tags[key] = value;
}
