import type { Notification } from '@org/instrument-channels';
import { leaf } from '../leaves.ts';
import type { Leaf, Rule } from '../rule.ts';

/** What a notification has: where paths of templates begin. The compiler misses one that is added there. */
const FIELDS: { readonly [Key in keyof Notification]-?: true } = {
  id: true,
  event: true,
  timestampMillis: true,
  severity: true,
  phase: true,
  key: true,
  title: true,
  text: true,
  source: true,
  traceId: true,
  spanId: true,
  payload: true,
};
/** Keys that lead out of the data, into what JavaScript has for everything. */
const NEVER: readonly string[] = ['__proto__', 'constructor', 'prototype'];
/** `payload.labels.app`, `payload.items.0.name`, `payload.labels.app-name`. */
const PATH = /^[^\s.{}]+(?:\.[^\s.{}]+)*$/;

/** A template of title or text; in code, a function that makes one, too. */
export function template(example: string): Rule {
  const fromText: Leaf = leaf(
    `a template such as '${example}'`,
    (value) => typeof value === 'string' && faultOf(value) === undefined,
    { reads: 'text', fix: (value) => (typeof value === 'string' ? faultOf(value) : undefined) },
  );
  const either: Leaf = {
    ...fromText,
    expected: `${fromText.expected}, or a function`,
    accepts: (value) => typeof value === 'function' || fromText.accepts(value),
  };
  return { kind: 'by-place', code: either, file: fromText };
}

/** What is wrong with a template, and how to put it right. */
function faultOf(text: string): string | undefined {
  // Literal text, then the path of what stands there, in turns.
  const [before = '', ...pieces] = text.split('{{');
  if (before.includes('}}')) return 'No "{{" opens its "}}".';
  for (const piece of pieces) {
    const close = piece.indexOf('}}');
    if (close === -1) return 'No "}}" closes its "{{".';
    if (piece.includes('}}', close + 2)) return 'No "{{" opens its last "}}".';
    const fault = faultOfPath(piece.slice(0, close).trim());
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfPath(path: string): string | undefined {
  if (!PATH.test(path)) return 'Write what is to be put in as {{severity}} or {{payload.reason}}.';
  const keys = path.split('.');
  if (keys.some((key) => NEVER.includes(key))) return `{{${path}}} leads out of the data.`;
  if (Object.hasOwn(FIELDS, keys[0] ?? '')) return undefined;
  return `What the event itself said is in payload: {{payload.${path}}}.`;
}
