/** Whether it is the `AbortError` of the web platform or of Node.js. Never throws, not even for a hostile proxy. */
export function isAbort(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  try {
    return (error as { name?: unknown }).name === 'AbortError';
  } catch {
    return false;
  }
}

/**
 * The class of an error: its constructor's name, or its `name` where the constructor says nothing (`Error`,
 * `DOMException`); for what is not an error its `typeof`, and `'null'`. Never throws.
 */
export function errorTypeOf(error: unknown): string {
  if (error === null) return 'null';
  if (typeof error !== 'object') return typeof error;
  try {
    if (!(error instanceof Error) && Object.prototype.toString.call(error) !== '[object Error]')
      return 'object';
    const type: unknown = error.constructor?.name;
    if (typeof type === 'string' && type !== '' && type !== 'Error' && type !== 'DOMException') return type;
    const { name } = error as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : 'Error';
  } catch {
    return 'Error';
  }
}
