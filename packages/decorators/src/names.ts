/** How an instrumented function is called in metrics and spans. */
export interface OperationNames {
  /** Legal in the name of an OpenTelemetry instrument: `Orders.place`. */
  readonly operation: string;
  /** For people: `Orders.place`, `Orders.#secret`, `Orders.get total`. */
  readonly function: string;
}

/** Where a decorated member was found. */
export interface Member {
  readonly key: string | symbol;
  readonly kind: 'method' | 'get' | 'set';
  /** Private members are on no prototype, and are called on objects of their own class only. */
  readonly isPrivate: boolean;
  /** TC39 metadata of the class, when the compiler provides it. It tells the class of private members. */
  readonly metadata: object | undefined;
}

const ANONYMOUS = '<anonymous>';
/** 255 (OpenTelemetry metrics API, instrument name syntax) less the longest suffix that is added. */
const MAX_NAME = 240;
const METADATA: symbol = (Symbol as { metadata?: symbol }).metadata ?? Symbol.for('Symbol.metadata');

/** Names of a free function. `given`: what the user calls the operation, which has to do where the function has no name. */
export function functionNames(fn: object, given?: string): OperationNames {
  const name = ownName(fn);
  return { operation: instrumentName(name ?? 'anonymous'), function: name ?? given ?? ANONYMOUS };
}

/** Names of a class's member. `prefix` takes the place of the class in the operation's name. */
export function memberNames(owner: object | undefined, member: Member, prefix?: string): OperationNames {
  const { key, kind } = member;
  const label = typeof key === 'symbol' ? `[${key.description ?? ''}]` : key;
  const name = typeof key === 'symbol' ? (key.description ?? '') : key;
  const described = kind === 'method' ? label : `${kind} ${label}`;
  if (owner === undefined) return { operation: instrumentName(name), function: described };
  const className = nameOfClass(owner);
  const operation =
    prefix === undefined
      ? instrumentName(`${className ?? 'anonymous'}.${name.replace(/^#/, '')}`)
      : `${prefix}.${instrumentName(name)}`;
  return { operation, function: `${className ?? ANONYMOUS}.${described}` };
}

/**
 * The class that declares the member, looked for from `self` upwards: by the decorated function itself, then by the
 * class's metadata; of a private member, then the class of `self`. Looks at property descriptors only, so that no getter
 * runs. `undefined` when `self` does not tell: in a detached call, or one on a foreign object, such as the emitter of an
 * event.
 */
export function declaringClass(self: unknown, member: Member, decorated: object): object | undefined {
  if ((typeof self !== 'object' && typeof self !== 'function') || self === null) return undefined;
  let byMetadata: object | undefined;
  let nearest: object | undefined;
  for (let holder: object | null = self; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const owner = classOf(holder);
    if (owner === undefined) continue;
    nearest ??= owner;
    const found = Object.getOwnPropertyDescriptor(holder, member.key);
    if (found?.value === decorated || found?.get === decorated || found?.set === decorated) return owner;
    if (member.metadata !== undefined && ownValue(owner, METADATA) === member.metadata) byMetadata ??= owner;
  }
  return byMetadata ?? (member.isPrivate ? nearest : undefined);
}

/** The class of a prototype, or the class itself; `undefined` for an instance. */
export function classOf(holder: object): object | undefined {
  if (typeof holder === 'function') return holder;
  const owner = ownValue(holder, 'constructor');
  return typeof owner === 'function' ? owner : undefined;
}

/** Without the underscore with which esbuild names a class that refers to itself: `const Orders = class _Orders {}`. */
function nameOfClass(owner: object): string | undefined {
  return ownName(owner)?.replace(/^_(?=[A-Z])/, '');
}

function ownName(fn: object): string | undefined {
  const name = ownValue(fn, 'name');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function ownValue(holder: object, key: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

/** As the OpenTelemetry metrics API allows: a letter, then letters, digits, `_`, `.`, `-` and `/`. */
function instrumentName(text: string): string {
  const legal = text.replace(/[^\w.\-/]+/g, '_').replace(/^[^A-Za-z]+/, '');
  return legal === '' ? 'anonymous' : legal.slice(0, MAX_NAME);
}
