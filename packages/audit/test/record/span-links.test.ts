import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { describe, expect, test } from 'vitest';
import { OperationSpans } from '../../src/record/span.ts';
import { PLACE, TIME, useSpans } from './span-bed.ts';

const bed = useSpans();
const { last, record, tracer } = bed;

function linksOf(span: ReadableSpan): string[] {
  return span.links.map((link) => `${link.context.spanId} ${link.attributes?.['audit.dataset']}`);
}

const idOf = (span: ReadableSpan): string => span.spanContext().spanId;

describe('lineage among spans', () => {
  const file = (version?: string): { namespace: string; name: string; version?: string } => ({
    namespace: 'file',
    name: '/a',
    ...(version === undefined ? {} : { version }),
  });

  test('links to the spans that last produced what is read', () => {
    const first = record({ action: 'write.a', outputs: [file()] });
    const second = record({ action: 'write.a', outputs: [file()] });
    const read = record({ action: 'read.a', inputs: [file(), { namespace: 'file', name: '/unknown' }] });
    expect(linksOf(read)).toEqual([`${idOf(second)} file//a`]);
    expect(idOf(first)).not.toBe(idOf(second));
  });

  test('respects versions', () => {
    const one = record({ action: 'write.a', outputs: [file('1')] });
    const two = record({ action: 'write.a', outputs: [file('2')] });
    const read = record({ action: 'read.a', inputs: [file('1')] });
    expect(linksOf(read)).toEqual([`${idOf(one)} file//a@1`]);
    expect(linksOf(record({ action: 'read.a', inputs: [file('3')] }))).toEqual([]);
    expect(linksOf(record({ action: 'read.a', inputs: [file()] }))).toEqual([`${idOf(two)} file//a`]);
  });

  test('links once to each, and never to itself', () => {
    const other = { namespace: 'file', name: '/b' };
    const one = record({ action: 'write.both', outputs: [file(), other] });
    const opened = bed.spans.open({ action: 'a.b', inputs: [file()] });
    const content = { action: 'a.b', time: TIME, inputs: [file(), other], outputs: [file()] };
    bed.spans.close(opened, content, PLACE);
    expect(linksOf(last())).toEqual([`${idOf(one)} file//a`]);
    bed.spans.close(bed.spans.open({ action: 'a.b' }), content, PLACE);
    expect(last().links).toHaveLength(2);
  });

  test('is that of the beginning, whoever writes the same meanwhile, and of the end for what only that names', () => {
    const [late, unknown] = ['/late', '/unknown'].map((name) => ({ namespace: 'file', name }));
    const both = [file(), file('1'), unknown ?? file()];
    const one = record({ action: 'write.first', outputs: [file('1')] });
    const opened = bed.spans.open({ action: 'a.b' });
    bed.spans.began(opened, { action: 'a.b', time: TIME, inputs: both });
    record({ action: 'write.second', outputs: both });
    record({ action: 'write.third', outputs: [file('2')] });
    const latest = record({ action: 'write.late', outputs: [late ?? file()] });
    const inputs = [...both, late ?? file()];
    bed.spans.close(opened, { action: 'a.b', time: TIME, inputs }, PLACE);
    expect(linksOf(last())).toEqual([`${idOf(one)} file//a`, `${idOf(latest)} file//late`]);
  });

  test('is not changed by what was denied', () => {
    const one = record({ action: 'write.a', outputs: [file()] });
    record({ action: 'write.a', outcome: 'denied', outputs: [file()] });
    expect(linksOf(record({ action: 'read.a', inputs: [file()] }))).toEqual([`${idOf(one)} file//a`]);
    const failed = record({ action: 'write.a', outcome: 'failure', outputs: [file()] });
    expect(linksOf(record({ action: 'read.a', inputs: [file()] }))).toEqual([`${idOf(failed)} file//a`]);
  });

  test('goes by what the operation says of another process, where that can be a span', () => {
    record({ action: 'write.a', outputs: [file()] });
    const producedBy = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const read = record({ action: 'read.a', inputs: [{ ...file(), producedBy }] });
    expect(read.links[0]?.context).toMatchObject({ ...producedBy, isRemote: true });
    expect(read.links).toHaveLength(1);
    const wrong = { traceId: 'none', spanId: '' };
    expect(record({ action: 'read.a', inputs: [{ ...file(), producedBy: wrong }] }).links).toEqual([]);
  });

  test('remembers what entries that are read back have produced', () => {
    const correlation = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const entry = { action: 'write.a', time: TIME, index: 0, hash: 'h', outputs: [file('9')] };
    bed.spans.prime({ ...entry, correlation });
    bed.spans.prime(entry);
    bed.spans.prime({ ...entry, correlation: { traceId: 'x', spanId: 'y' } });
    expect(linksOf(record({ action: 'read.a', inputs: [file('9')] }))).toEqual([
      'b7ad6b7169203331 file//a@9',
    ]);
  });

  test('forgets what was neither written nor read longest', () => {
    bed.spans = new OperationSpans(tracer, 2);
    const outputs = (name: string): { namespace: string; name: string }[] => [{ namespace: 'n', name }];
    for (const name of ['a', 'b']) record({ action: 'write.x', outputs: outputs(name) });
    record({ action: 'read.x', inputs: outputs('a') });
    record({ action: 'write.x', outputs: outputs('c') });
    const known = ['a', 'b', 'c'].filter(
      (name) => record({ action: 'read.x', inputs: outputs(name) }).links.length,
    );
    expect(known).toEqual(['a', 'c']);
  });

  test('forgets the oldest of names that are long together, and never for what is read back', () => {
    const long = (first: string): { namespace: string; name: string } => ({
      namespace: 'n',
      name: first.padEnd(5_000_000, 'x'),
    });
    const isKnown = (dataset: { namespace: string; name: string }): boolean =>
      record({ action: 'read.x', inputs: [dataset] }).links.length > 0;
    for (const first of ['a', 'b', 'c']) record({ action: 'write.x', outputs: [long(first)] });
    const correlation = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const entry = { action: 'write.x', time: TIME, index: 0, hash: 'h', correlation };
    bed.spans.prime({ ...entry, outputs: [long('before')] });
    expect([long('a'), long('b'), long('c'), long('before')].map(isKnown)).toEqual([true, true, true, false]);
    record({ action: 'write.x', outputs: [long('d')] });
    expect([long('a'), long('b'), long('c'), long('d')].map(isKnown)).toEqual([false, true, true, true]);
  });

  test('names that run into each other are different datasets', () => {
    record({ action: 'write.x', outputs: [{ namespace: 'ab', name: 'c', version: '1' }] });
    for (const dataset of [
      { namespace: 'a', name: 'bc', version: '1' },
      { namespace: 'ab', name: 'c@1' },
      { namespace: 'abc', name: '', version: '1' },
    ]) {
      expect(record({ action: 'read.x', inputs: [dataset] }).links).toEqual([]);
    }
  });
});
