/** What a check depends on; `undefined` for one that is not registered yet, which ends a path. */
export type Dependencies = (name: string) => readonly string[] | undefined;

/** A cycle that the names in `added` are part of, as a path that ends where it begins, or `undefined`. */
export function findCycle(added: Iterable<string>, dependsOn: Dependencies): string[] | undefined {
  const done = new Set<string>();
  for (const start of added) {
    const cycle = search(start, dependsOn, done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Depth first, with a stack of its own: a chain of dependencies may be longer than the call stack. */
function search(start: string, dependsOn: Dependencies, done: Set<string>): string[] | undefined {
  const path: string[] = [start];
  const onPath = new Set(path);
  const pending: Iterator<string>[] = [(dependsOn(start) ?? []).values()];
  while (pending.length > 0) {
    const next = pending.at(-1)?.next();
    if (next === undefined || next.done === true) {
      pending.pop();
      const name = path.pop() as string;
      onPath.delete(name);
      done.add(name);
    } else if (onPath.has(next.value)) {
      return [...path.slice(path.indexOf(next.value)), next.value];
    } else if (!done.has(next.value)) {
      path.push(next.value);
      onPath.add(next.value);
      pending.push((dependsOn(next.value) ?? []).values());
    }
  }
  return undefined;
}
