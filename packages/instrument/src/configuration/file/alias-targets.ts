import type * as Yaml from 'yaml';

/**
 * What the aliases of a document stand for: the last node before each that has its anchor. The parser's own way looks
 * through the whole file for each alias.
 */
export function findTargets(
  yaml: typeof Yaml,
  document: Yaml.Document.Parsed,
): ReadonlyMap<Yaml.Alias, Yaml.Node> {
  const anchored = new Map<string, Yaml.Node>();
  const targets = new Map<Yaml.Alias, Yaml.Node>();
  yaml.visit(document, {
    Node: (_key, node) => {
      if (!yaml.isAlias(node)) {
        if (node.anchor !== undefined) anchored.set(node.anchor, node);
        return;
      }
      const target = anchored.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}
