import protobuf from 'protobufjs';

const details = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
`).root;

/** Trailers with a `RetryInfo`, after another detail. */
export function retryInfo(seconds: number, nanos = 0): Record<string, string> {
  const encode = (type: string, value: object): Uint8Array => {
    const message = details.lookupType(type);
    return message.encode(message.fromObject(value)).finish();
  };
  const value = encode('RetryInfo', { retryDelay: { seconds, nanos } });
  const bytes = encode('Status', {
    code: 8,
    message: 'busy',
    details: [
      { typeUrl: 'type.googleapis.com/google.rpc.DebugInfo', value: Buffer.from('rubbish') },
      { typeUrl: 'type.googleapis.com/google.rpc.RetryInfo', value },
    ],
  });
  return { 'grpc-status-details-bin': Buffer.from(bytes).toString('base64') };
}
