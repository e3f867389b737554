/** What a decorator of TC39 is told besides the value (the decorators proposal, stage 3). */
interface DecoratorContext {
  readonly kind: 'class' | 'method' | 'getter' | 'setter' | 'field' | 'accessor';
  readonly name: string | symbol | undefined;
  readonly static?: boolean;
  readonly private?: boolean;
  readonly metadata?: object | undefined;
}

/** How a function that is a decorator and a factory of decorators was called. */
export type DecoratorCall =
  | { readonly form: 'tc39'; readonly value: unknown; readonly context: DecoratorContext }
  | {
      readonly form: 'legacy';
      readonly holder: object;
      readonly key: string | symbol;
      readonly descriptor: unknown;
    }
  | { readonly form: 'legacy-class'; readonly value: object }
  | { readonly form: 'draft' }
  | { readonly form: 'factory'; readonly given: unknown; readonly more: unknown };

const KINDS: readonly unknown[] = ['class', 'method', 'getter', 'setter', 'field', 'accessor'];

/** What to say where a decorator was called in the dialect of the draft (`draft`), which is not supported. */
export const DRAFT_DIALECT: { readonly found: string; readonly fix: string } = {
  found: 'a decorator compiled in the dialect of the draft of 2018',
  fix:
    'Set "experimentalDecorators": true in tsconfig.json, which Turbopack reads too; ' +
    'or "decoratorVersion": "2023-11" in .swcrc, "version": "2023-11" for Babel.',
};

/**
 * Tells apart: `(value, context)` of TC39, `(holder, key, descriptor?)` and `(class)` of `experimentalDecorators`,
 * `(element)` of the draft of 2018, and anything else, which is the arguments of a factory.
 */
export function readDecoratorCall(args: readonly unknown[]): DecoratorCall {
  const [first, second, third] = args;
  if (args.length === 1 && isDraftElement(first)) return { form: 'draft' };
  if (args.length === 2 && isContext(second)) {
    const name = keyOf(second.name);
    return { form: 'tc39', value: first, context: name === second.name ? second : { ...second, name } };
  }
  const isHolder = (typeof first === 'object' && first !== null) || typeof first === 'function';
  const key = keyOf(second);
  if (isHolder && args.length >= 2 && key !== undefined) {
    return { form: 'legacy', holder: first, key, descriptor: third };
  }
  // Constructor parameters are decorated with (class, undefined, index).
  if (typeof first === 'function' && typeof third === 'number') {
    return { form: 'legacy', holder: first, key: 'constructor', descriptor: third };
  }
  if (typeof first === 'function' && args.length === 1) return { form: 'legacy-class', value: first };
  return { form: 'factory', given: first, more: second };
}

/** The key of a member. Of one whose name is a number, such as `42() {}`, some compilers give that. */
function keyOf(name: unknown): string | symbol | undefined {
  if (typeof name === 'number') return String(name);
  return typeof name === 'string' || typeof name === 'symbol' ? name : undefined;
}

function isContext(value: unknown): value is DecoratorContext {
  if (typeof value !== 'object' || value === null) return false;
  return KINDS.includes((value as { kind?: unknown }).kind) && 'name' in value;
}

/** What decorators of the draft of 2018 were given: a descriptor of the member or the class, tagged as one. */
function isDraftElement(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return Object.prototype.toString.call(value) === '[object Descriptor]';
}
