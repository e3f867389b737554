import type { Metadata } from '@grpc/grpc-js';
import { tell } from '@org/instrument-core';
import type { Grpc } from './load-grpc.ts';

/**
 * Headers as metadata. Its names are narrower than those of HTTP, and its values are printable ASCII; a header that does
 * not fit is left out, and said without its value, which may be a secret. Names that end in `-bin` hold bytes (gRPC,
 * "gRPC over HTTP2", "Custom-Metadata").
 */
export function metadataOf({ Metadata }: Grpc, headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) {
    try {
      metadata.set(name, name.toLowerCase().endsWith('-bin') ? Buffer.from(value) : value);
    } catch {
      tell(
        'warn',
        `OTLP over gRPC: the header ${name} is left out. Names take letters, digits and _ - . only, and values ` +
          'printable ASCII.',
      );
    }
  }
  return metadata;
}
