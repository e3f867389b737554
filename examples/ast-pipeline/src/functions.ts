import type {
  ArrowFunctionExpression,
  ClassMethod,
  ClassPrivateMethod,
  FunctionDeclaration,
  FunctionExpression,
  Node,
  ObjectMethod,
} from '@babel/types';

/** A function that has a body: overloads, abstract methods and ambient declarations have none. */
export type FunctionNode =
  | FunctionDeclaration
  | FunctionExpression
  | ArrowFunctionExpression
  | ObjectMethod
  | ClassMethod
  | ClassPrivateMethod;

/** Whether a node is a function with a body. */
export function isFunction(node: Node): node is FunctionNode {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return true;
    default:
      return false;
  }
}

/** Name of a function: its own, or that of the variable, property or assignment it is the value of. */
export function functionName(node: FunctionNode, parent: Node | undefined): string {
  if ('id' in node && node.id) return node.id.name;
  if ('key' in node) return keyName(node.key);
  switch (parent?.type) {
    case 'VariableDeclarator':
      return keyName(parent.id);
    case 'AssignmentExpression':
      return parent.left.type === 'MemberExpression' ? keyName(parent.left.property) : keyName(parent.left);
    case 'AssignmentPattern':
      return keyName(parent.left);
    case 'ObjectProperty':
    case 'ClassProperty':
    case 'ClassAccessorProperty':
    case 'ClassPrivateProperty':
      return keyName(parent.key);
    case 'ExportDefaultDeclaration':
      return 'default';
    default:
      return ANONYMOUS;
  }
}

const ANONYMOUS = '(anonymous)';

function keyName(key: Node): string {
  switch (key.type) {
    case 'Identifier':
      return key.name;
    case 'PrivateName':
      return `#${key.id.name}`;
    case 'StringLiteral':
      return key.value;
    case 'NumericLiteral':
      return String(key.value);
    default:
      return ANONYMOUS;
  }
}
