/** Longest wait for the body once the status is known: the status says what became of the notifications. */
const MAX_BODY_MILLIS = 2_000;

/** What a receiver answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What came of the body, as UTF-8. */
  readonly text: string;
  /** Whether that is all of it: it was not too long, too slow or cut off. */
  readonly isComplete: boolean;
}

/**
 * Reads an answer: of its body no more than so many bytes, and no longer than two seconds or until the signal. Never rejects.
 */
export async function readAnswer(response: Response, maxBytes: number, signal: AbortSignal): Promise<Answer> {
  const { status, headers, body } = response;
  if (body === null) return { status, headers, text: '', isComplete: true };
  const reader = body.getReader();
  let isComplete = true;
  const stop = (): void => {
    isComplete = false;
    // Pending reads end, and the connection with them.
    reader.cancel().catch(() => {});
  };
  const timer = setTimeout(stop, MAX_BODY_MILLIS);
  signal.addEventListener('abort', stop);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value.subarray(0, maxBytes - size));
      size += read.value.byteLength;
      if (size > maxBytes) {
        stop();
        break;
      }
    }
  } catch {
    isComplete = false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  return { status, headers, text: Buffer.concat(chunks).toString('utf8'), isComplete };
}

/** The object that a body says in JSON; `undefined` for anything else. */
export function jsonObject({ text }: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
