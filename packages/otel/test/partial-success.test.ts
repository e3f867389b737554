import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { expect, it } from 'vitest';
import { countRejections } from '../src/partial-success.ts';

it('an answer in JSON to protobuf is an error that says so', () => {
  const { deserializeResponse } = countRejections(ProtobufTraceSerializer, {});
  expect(() => deserializeResponse(Buffer.from('{"partialSuccess":{}}'))).toThrow(
    'The answer is not in the format of the request',
  );
});

it('an answer shows neither what a terminal would obey nor the headers that were sent', () => {
  const { deserializeResponse } = countRejections(JsonTraceSerializer, { authorization: 'Bearer abcdef123' });
  const errorMessage = 'for abcdef123: \u001b[2J';
  expect(deserializeResponse(Buffer.from(JSON.stringify({ partialSuccess: { errorMessage } })))).toEqual({
    partialSuccess: { errorMessage: 'for [redacted]: \\u{1b}[2J' },
  });
});
