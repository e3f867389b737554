/** An id that no other process has. The module is asked for here, since importing it takes every program its time. */
export function uniqueId(): string {
  return process.getBuiltinModule('node:crypto').randomUUID();
}
