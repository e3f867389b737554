import type { Rule } from './schema/rule.ts';

/** How a dotted key is written as settings within settings: `otlp: { endpoint }`. Nothing where there is no such option. */
export function nestedForm(rule: Rule, key: string): string | undefined {
  // Keys of the user's choice may have dots themselves.
  if (rule.kind === 'entries' && rule.value.kind === 'leaf')
    return rule.acceptsKey(key) ? write(key) : undefined;
  const [name = '', ...rest] = key.split('.');
  const part = partOf(rule, name);
  if (part === undefined) return undefined;
  if (rest.length === 0) return write(name);
  const inner = nestedForm(part, rest.join('.'));
  return inner === undefined ? undefined : `${write(name)}: { ${inner} }`;
}

function partOf(rule: Rule, name: string): Rule | undefined {
  if (rule.kind === 'entries') return rule.acceptsKey(name) ? rule.value : undefined;
  return rule.kind === 'fields' && Object.hasOwn(rule.fields, name) ? rule.fields[name] : undefined;
}

function write(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
