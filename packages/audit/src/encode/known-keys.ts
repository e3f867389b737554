import { nearest } from '@org/instrument-core';
import type { EncodeCall } from './call.ts';
import type { EncodeTools } from './tools.ts';

/**
 * Tells of keys that the part of an operation where the call stands has beyond those that are known: they are left out.
 * An object of the application may be handed over as an actor, with all that it has besides.
 */
export function tellUnknownKeys(
  tools: EncodeTools,
  given: object,
  known: ReadonlySet<string>,
  call: EncodeCall,
): void {
  for (const key in given) {
    if (known.has(key) || !Object.hasOwn(given, key)) continue;
    if ((given as Record<string, unknown>)[key] === undefined) continue;
    const near = nearest(key.slice(0, MAX_KEY_LENGTH), [...known]);
    call.keys.push(tools.readKey(key).text);
    call.adjust(
      near === undefined
        ? `left out: the fields are ${[...known].join(', ')}`
        : `left out: the field is called ${near}`,
    );
    call.keys.pop();
  }
}

const MAX_KEY_LENGTH = 64;
