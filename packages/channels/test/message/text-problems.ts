/** What is wrong with text that people are to see, whatever shows it. */
export function textProblems(where: string, text: unknown, maxLength: number, minLength = 1): string[] {
  if (typeof text !== 'string') return [`${where} is no text`];
  const problems: string[] = [];
  if (text.length > maxLength) problems.push(`${where} has ${text.length} characters, of ${maxLength}`);
  if (text.length < minLength) problems.push(`${where} is empty`);
  if (/\p{Surrogate}/u.test(text)) problems.push(`${where} has half a pair`);
  if (/(?![\n\t])\p{Cc}|[\u2028\u2029]/u.test(text)) problems.push(`${where} has control characters`);
  if (/[\u202A-\u202E\u2066-\u2069]/.test(text)) problems.push(`${where} turns the direction of text`);
  return problems;
}

/** Problems of keys that a format does not have. */
export function keyProblems(where: string, value: object, known: readonly string[]): string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${where} has a key ${key}`);
}

/** Reads JSON as a strict receiver does: UTF-8, and no half of a pair even as an escape. */
export function strictJson(body: Uint8Array): Record<string, unknown> {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  return JSON.parse(text, (key, value) => {
    if (/\p{Surrogate}/u.test(key) || (typeof value === 'string' && /\p{Surrogate}/u.test(value))) {
      throw new Error('half a pair');
    }
    return value;
  });
}
