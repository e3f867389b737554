import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import { writeAttributes } from './attributes.ts';
import type { ProtoWriter } from './proto-writer.ts';

// Fields of resource.proto and common.proto (opentelemetry-proto v1).
const RESOURCE = { attributes: 1, droppedAttributesCount: 2 } as const;
const SCOPE = { name: 1, version: 2 } as const;

/** Writes where everything in a request comes from, as field `field`. */
export function writeResource(writer: ProtoWriter, field: number, { attributes }: Resource): void {
  const mark = writer.length;
  // Nobody counts them, and otlp-transformer says so.
  writer.varint(RESOURCE.droppedAttributesCount, 0);
  writeAttributes(writer, RESOURCE.attributes, attributes);
  writer.message(field, mark);
}

/** Writes the instrumentation scope, as field `field`. */
export function writeScope(writer: ProtoWriter, field: number, scope: InstrumentationScope): void {
  const mark = writer.length;
  writeText(writer, SCOPE.version, scope.version);
  writer.string(SCOPE.name, scope.name);
  writer.message(field, mark);
}

/** Writes a string that is left out when it is empty. */
export function writeText(writer: ProtoWriter, field: number, text: string | undefined): void {
  if (text !== undefined && text !== '') writer.string(field, text);
}
