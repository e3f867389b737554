import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { expect, it } from 'vitest';
import { countRejections } from '../src/partial-success.ts';

it('an answer in JSON to protobuf is an error that says so', () => {
  const { deserializeResponse } = countRejections(ProtobufTraceSerializer);
  expect(() => deserializeResponse(Buffer.from('{"partialSuccess":{}}'))).toThrow(
    'The answer is not in the format of the request',
  );
});
