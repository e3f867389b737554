import type { Node } from '@babel/types';

/**
 * Decisions that a node adds to the cyclomatic complexity of its function (McCabe 1976: decisions plus one), as
 * ESLint's rule `complexity`, variant `classic`, counts them: short circuits, default values and optional chains
 * are decisions; a `default` clause is none.
 */
export function decisions(node: Node): 0 | 1 {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LogicalExpression':
    case 'AssignmentPattern':
      return 1;
    case 'SwitchCase':
      return node.test ? 1 : 0;
    case 'AssignmentExpression':
      return LOGICAL_ASSIGNMENTS.has(node.operator) ? 1 : 0;
    case 'OptionalMemberExpression':
    case 'OptionalCallExpression':
      // The rest of a chain `a?.b.c` is of the same type with `optional: false`.
      return node.optional ? 1 : 0;
    default:
      return 0;
  }
}

const LOGICAL_ASSIGNMENTS = new Set(['&&=', '||=', '??=']);
