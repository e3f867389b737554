import { didYouMean } from '@org/instrument-core';
import { nestedForm } from './nested-form.ts';
import { fileOptions, options } from './schema/options-rule.ts';
import type { Fields, Rule } from './schema/rule.ts';
import { sdkNodeHint } from './sdk-node-options.ts';
import { suggest } from './suggest.ts';

/** What to expect, and what to do, about a key that an object does not have. */
export function explainUnknownKey(rule: Fields, key: string): { expected: string; fix: string } {
  if (key === 'environments' && rule === options) {
    return { expected: 'no overlays here', fix: 'They stand at the top level of a configuration file only.' };
  }
  if (key === 'enabled' && rule.switched === 'both') {
    return { expected: 'no such key', fix: 'Write true or false in the place of the settings.' };
  }
  const isTop = rule === options || rule === fileOptions;
  const hint = isTop ? sdkNodeHint(key) : undefined;
  if (hint !== undefined) return { expected: 'an option of init(), not of NodeSDK', fix: hint };
  const nested = key.includes('.') ? nestedForm(rule, key) : undefined;
  if (nested !== undefined) {
    return { expected: 'settings within settings', fix: `Write it nested: ${nested}.` };
  }
  const known = Object.keys(rule.fields);
  const meant = didYouMean(key, known);
  if (meant !== undefined) return { expected: 'a known one', fix: meant };
  const elsewhere = pathOf(fileOptions, key, '');
  if (elsewhere !== undefined) return { expected: 'a known one', fix: `Write it as ${elsewhere}.` };
  const begun = suggest(key, known);
  if (begun !== undefined) return { expected: 'a known one', fix: begun };
  return { expected: `one of ${known.join(', ')}`, fix: 'Remove it.' };
}

/** The first path at which a key is known, nearest to the top. */
function pathOf(rule: Rule, key: string, path: string): string | undefined {
  if (rule.kind !== 'fields') return undefined;
  if (Object.hasOwn(rule.fields, key)) return `${path}${key}`;
  for (const [name, field] of Object.entries(rule.fields)) {
    const found = pathOf(field, key, `${path}${name}.`);
    if (found !== undefined) return found;
  }
  return undefined;
}
