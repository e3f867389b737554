import type { Node, StringLiteral } from '@babel/types';
import type { ImportFact, ImportKind } from './facts.ts';

/** The module that a node refers to, or `undefined`. Specifiers that are computed at run time are left out. */
export function importOf(node: Node): ImportFact | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return fact(node.source, node.importKind === 'type' ? 'type' : 'import');
    case 'ExportAllDeclaration':
      return fact(node.source, node.exportKind === 'type' ? 'type' : 'export');
    case 'ExportNamedDeclaration':
      return fact(node.source, node.exportKind === 'type' ? 'type' : 'export');
    case 'ImportExpression':
      return fact(node.source, 'dynamic');
    case 'TSImportType':
      return fact(node.argument, 'type');
    case 'TSExternalModuleReference':
      return fact(node.expression, 'require');
    case 'CallExpression':
      return node.callee.type === 'Identifier' &&
        node.callee.name === 'require' &&
        node.arguments.length === 1
        ? fact(node.arguments[0], 'require')
        : undefined;
    default:
      return undefined;
  }
}

function fact(source: Node | null | undefined, kind: ImportKind): ImportFact | undefined {
  return isString(source) ? { source: source.value, kind, line: source.loc?.start.line ?? 0 } : undefined;
}

function isString(node: Node | null | undefined): node is StringLiteral {
  return node?.type === 'StringLiteral';
}
