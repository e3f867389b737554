import type { Component } from '../run/component.ts';

/** What follows from the registrations alone. */
export interface Graph {
  /** Components, each after what it depends on. */
  readonly order: readonly Component[];
  /** Dependencies that are not registered, by the component that names them. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
}

/** The graph of components among which there is no cycle. */
export function graphOf(components: ReadonlyMap<string, Component>): Graph {
  const missing = new Map<string, readonly string[]>();
  for (const [name, { definition }] of components) {
    const unknown = definition.dependsOn.filter((dependency) => !components.has(dependency));
    if (unknown.length > 0) missing.set(name, unknown);
  }
  return { order: topologicalOrder(components), missing };
}

/** Depth first, with a stack of its own: a chain of dependencies may be longer than the call stack. */
function topologicalOrder(components: ReadonlyMap<string, Component>): Component[] {
  const order: Component[] = [];
  const seen = new Set<string>();
  for (const root of components.keys()) {
    const pending = [{ name: root, next: 0 }];
    while (pending.length > 0) {
      const top = pending.at(-1) as { name: string; next: number };
      const component = components.get(top.name);
      if (component === undefined || (top.next === 0 && seen.has(top.name))) {
        pending.pop();
        continue;
      }
      seen.add(top.name);
      const dependency = component.definition.dependsOn[top.next++];
      if (dependency !== undefined) {
        if (!seen.has(dependency)) pending.push({ name: dependency, next: 0 });
        continue;
      }
      order.push(component);
      pending.pop();
    }
  }
  return order;
}
