/** What is told of an error: name, message and stack, what else it carries, and its causes. */
export function errorEntries(error: Error): (readonly [key: string, value: () => unknown])[] {
  const keys = new Set<string>(['name', 'message', 'stack']);
  for (const key of ['code', 'cause', 'errors']) if (Object.hasOwn(error, key)) keys.add(key);
  for (const key of Object.keys(error)) keys.add(key);
  return [...keys].map((key) => [key, () => (error as unknown as Record<string, unknown>)[key]] as const);
}
