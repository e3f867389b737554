import { createHash } from 'node:crypto';

/** What every file system takes as it is, whatever it makes of capitals. */
const PLAIN = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?$/;
/** What a slot has besides channels, and names that Windows keeps for devices. */
const TAKEN = /^(?:lock|dead-letters|conditions|con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/**
 * Name of the directory of a channel: the channel's own where every file system takes that, and else what can be kept of it with a
 * hash behind a tilde, which no plain name has. Different channels have different ones, also where capitals count for nothing.
 */
export function fileNameOf(channel: string): string {
  if (PLAIN.test(channel) && !TAKEN.test(channel)) return channel;
  const kept = channel
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40);
  return `${kept}~${createHash('sha256').update(channel).digest('hex').slice(0, 16)}`;
}
