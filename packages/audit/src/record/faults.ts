import type { AuditOperation } from '../operation/operation.ts';

/** Attribute that names the parts of an operation that are missing from its entry, and why. */
const FAULT_ATTRIBUTE = 'audit.fault';

/** Attributes, with what is said about parts that are missing, after what was said before. */
export function withFaults(
  attributes: AuditOperation['attributes'],
  faults: readonly string[] | undefined,
): AuditOperation['attributes'] {
  if (faults === undefined || faults.length === 0) return attributes;
  const before = attributes?.[FAULT_ATTRIBUTE];
  return { ...attributes, [FAULT_ATTRIBUTE]: Array.isArray(before) ? [...before, ...faults] : [...faults] };
}
