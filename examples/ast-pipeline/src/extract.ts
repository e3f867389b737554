import { type File, type Node, VISITOR_KEYS } from '@babel/types';
import { instrumentPerformance } from '@org/instrument';
import { decisions } from './complexity.ts';
import type { FileFacts, FunctionFact, ImportFact } from './facts.ts';
import { type FunctionNode, functionName, isFunction } from './functions.ts';
import { importOf } from './imports.ts';
import type { SourceFile } from './read.ts';

/** Where decisions are added up: a function, or the code outside of functions. */
interface Unit {
  complexity: number;
}

interface Step {
  readonly node: Node;
  readonly parent: Node | undefined;
  readonly unit: Unit;
}

/** Extracts facts from syntax trees. */
export class Extract {
  /** Imports, functions and complexity of a parsed file, in the order of the source. */
  @instrumentPerformance('pipeline.extract')
  extract(source: SourceFile, tree: File): FileFacts {
    const imports: ImportFact[] = [];
    const functions: FunctionFact[] = [];
    const outside: Unit = { complexity: 1 };
    // A stack of our own: a chain of ten thousand `+` is as deep as it is long.
    const steps: Step[] = [{ node: tree.program, parent: undefined, unit: outside }];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { node, parent } = step;
      let { unit } = step;
      const imported = importOf(node);
      if (imported) imports.push(imported);
      if (isFunction(node)) {
        const described = describe(node, parent);
        functions.push(described);
        unit = described;
      } else {
        unit.complexity += decisions(node);
      }
      pushChildren(steps, node, unit);
    }
    return {
      path: source.path,
      bytes: source.bytes,
      digest: source.digest,
      lines: tree.loc?.end.line ?? 0,
      imports,
      functions,
      complexity: outside.complexity,
    };
  }
}

function describe(
  node: FunctionNode,
  parent: Node | undefined,
): { -readonly [K in keyof FunctionFact]: FunctionFact[K] } {
  return {
    name: functionName(node, parent),
    line: node.loc?.start.line ?? 0,
    parameters: node.params.length,
    isAsync: node.async ?? false,
    isGenerator: node.generator ?? false,
    complexity: 1,
  };
}

/** Pushes the children of a node, the last one first, so that the first is taken next. */
function pushChildren(steps: Step[], parent: Node, unit: Unit): void {
  const keys = VISITOR_KEYS[parent.type] ?? [];
  for (let i = keys.length - 1; i >= 0; i--) {
    // `VISITOR_KEYS` names, for each type, the properties that hold nodes, lists of nodes, or nothing.
    const child = (parent as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[
      keys[i] ?? ''
    ];
    if (Array.isArray(child)) {
      for (let j = child.length - 1; j >= 0; j--) {
        const node = child[j];
        if (node) steps.push({ node, parent, unit });
      }
    } else if (child) {
      steps.push({ node: child, parent, unit });
    }
  }
}
