/** An error or anything else as short text, never throwing. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors);
  // The SDK rejects with lists of errors.
  if (Array.isArray(error)) return error.map(messageOf).join('; ');
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === 'string') return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}
