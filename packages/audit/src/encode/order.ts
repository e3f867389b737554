import type { Adjustment, EntryContent } from '../operation/entry.ts';

/**
 * The content with what was changed in it where canonical JSON has it: after the actor, and before all that is left out
 * here.
 */
export function placeAdjusted(
  { action, actor, adjusted: _, ...rest }: EntryContent,
  adjusted: readonly Adjustment[] | undefined,
): EntryContent {
  return {
    action,
    ...(actor === undefined ? {} : { actor }),
    ...(adjusted === undefined ? {} : { adjusted }),
    ...rest,
  };
}
