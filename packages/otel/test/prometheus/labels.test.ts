import { describe, expect, it } from 'vitest';
import { LabelSlab } from '../../src/prometheus/label-slab.ts';
import {
  attributeLabels,
  constantAttributes,
  labelName,
  labelText,
  scopeLabels,
} from '../../src/prometheus/labels.ts';
import { memoryMetric } from './memory-metric.ts';

const render = (attributes: Record<string, unknown>, ...reserved: string[]): string =>
  labelText(attributeLabels(attributes as never, new Set(reserved)));

describe('label text', () => {
  it('escapes backslashes, quotes and line feeds, and keeps everything else', () => {
    expect(render({ a: 'x\\y"z\nw', b: 'größe 🙂 {}=,' })).toBe('a="x\\\\y\\"z\\nw",b="größe 🙂 {}=,"');
  });

  it('shows values that are not strings as JSON, and nothing of what is empty', () => {
    expect(render({ n: 1.5, t: true, l: ['a', 2], u: undefined, e: '', o: null })).toBe(
      'n="1.5",t="true",l="[\\"a\\",2]",o="null"',
    );
    expect(render({ big: 12n })).toBe('big="12"');
  });

  it('joins the values of names that become the same, in the order of the original names', () => {
    expect(render({ a_b: 'third', 'a.b': 'second', z: '1', 'a-b': 'first' })).toBe(
      'a_b="first;second;third",z="1"',
    );
  });

  it('gives way to the labels that the exporter writes itself', () => {
    expect(render({ le: 'x' }, 'le')).toBe('exported_le="x"');
    expect(render({ le: 'x', exported_le: 'y' }, 'le')).toBe('exported_le="y;x"');
    expect(render({ le: 'x' })).toBe('le="x"');
  });

  it.each([
    ['http.method', 'http_method'],
    ['a..b', 'a_b'],
    ['__name__', '_name_'],
    ['_private', '_private'],
    ['1st', 'key_1st'],
    ['', '_'],
    ['größe', 'gr_e'],
  ])('makes the legal name of %o %o', (key, name) => {
    expect(labelName(key)).toBe(name);
  });

  it('tells the scope in the order of the SDK, without what it does not have', () => {
    expect(labelText(scopeLabels({ name: 'shop', version: '1.2', schemaUrl: 'https://x' }))).toBe(
      'otel_scope_name="shop",otel_scope_schema_url="https://x",otel_scope_version="1.2"',
    );
    expect(labelText(scopeLabels({ name: '', version: '', schemaUrl: undefined }))).toBe(
      'otel_scope_name=""',
    );
  });

  it('takes the resource attributes that match, also with a stateful pattern', () => {
    const resource = { 'service.name': 'shop', 'service.version': '1', 'host.name': 'h' };
    const pattern = /^service\./g;
    expect(constantAttributes(resource, pattern)).toEqual({ 'service.name': 'shop', 'service.version': '1' });
    expect(constantAttributes(resource, pattern)).toEqual({ 'service.name': 'shop', 'service.version': '1' });
    expect(constantAttributes(resource, undefined)).toEqual({});
  });
});

describe('a slab of labels', () => {
  const textOf = (slab: LabelSlab, series: number): string => {
    const { buffer, byteOffset } = slab.view;
    return Buffer.from(
      buffer,
      byteOffset + slab.start(series),
      slab.end(series) - slab.start(series),
    ).toString();
  };

  it('renders a series once, in any order, and keeps the others when it grows', () => {
    let asked = 0;
    const series = Array.from({ length: 500 }, (_, i) => ({ attributes: { id: `größe-${i}` }, value: 1 }));
    const metric = memoryMetric({ name: 'm', series });
    const counting = {
      ...metric,
      attributes: (index: number) => {
        asked++;
        return metric.attributes(index);
      },
    };
    const slab = new LabelSlab(new Set());
    for (let round = 0; round < 2; round++) {
      for (let i = 499; i >= 0; i--) slab.prepare(counting, (i * 7) % 500);
    }
    expect(asked).toBe(500);
    for (let i = 0; i < 500; i++) expect(textOf(slab, i)).toBe(`id="größe-${i}",`);
  });

  it('renders a series without labels as nothing, once', () => {
    let asked = 0;
    const metric = {
      ...memoryMetric({ name: 'm', series: [{ value: 1 }] }),
      attributes: () => {
        asked++;
        return {};
      },
    };
    const slab = new LabelSlab(new Set());
    slab.prepare(metric, 0);
    slab.prepare(metric, 0);
    expect([textOf(slab, 0), asked]).toEqual(['', 1]);
  });
});
