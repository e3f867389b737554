import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { expect, it } from 'vitest';
import type { OtlpOptions } from '../src/options.ts';
import { type OtlpTarget, otlpTarget } from '../src/otlp.ts';
import { countRejections, rejectionIn } from '../src/partial-success.ts';

const targetOf = (otlp: OtlpOptions): OtlpTarget =>
  otlpTarget({ endpoint: 'http://c:4318', ...otlp }, 'traces') as OtlpTarget;

it('an answer in JSON to protobuf is understood', () => {
  const { deserializeResponse } = countRejections(ProtobufTraceSerializer, targetOf({}));
  const answer = { partialSuccess: { rejectedSpans: '3' } };
  expect(deserializeResponse(Buffer.from(JSON.stringify(answer)))).toEqual(answer);
});

it('an answer shows neither what a terminal would obey nor the headers that were sent', () => {
  const target = targetOf({ protocol: 'http/json', headers: { authorization: 'Bearer abcdef123' } });
  const { deserializeResponse } = countRejections(JsonTraceSerializer, target);
  const errorMessage = 'for abcdef123: \u001b[2J';
  expect(deserializeResponse(Buffer.from(JSON.stringify({ partialSuccess: { errorMessage } })))).toEqual({
    partialSuccess: { errorMessage: 'for [redacted]: \\u{1b}[2J' },
  });
});

it.each(['http/protobuf', 'http/json', 'grpc'] as const)(
  'what an answer rejects is read at the end, %s',
  (protocol) => {
    const target = targetOf({ protocol });
    const partial = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, ...Buffer.from('old')]);
    const json = Buffer.from('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}');
    const rejectedSpans = protocol === 'http/json' ? '3' : 3;
    expect(rejectionIn(protocol === 'http/json' ? json : partial, target)).toBe(
      `Received Partial Success response: ${JSON.stringify({ rejectedSpans, errorMessage: 'old' })}`,
    );
    expect(rejectionIn(Buffer.alloc(0), target)).toBeUndefined();
    expect(rejectionIn(Buffer.from('{}'), target)).toBeUndefined();
    expect(() => rejectionIn(Buffer.from('<html>'), target)).toThrow();
  },
);
