import type { LinkOptions } from '../message/links.ts';
import type { ChannelSettings } from '../settings.ts';

/** Options of {@link discord}. */
export interface DiscordOptions extends ChannelSettings, LinkOptions {
  /** Default `discord`. */
  readonly name?: string | undefined;
  /** Address of the webhook: `https://discord.com/api/webhooks/…/…`. It is a secret. */
  readonly url: string | URL;
  /** Who posts, as people see it. Default: what the webhook is called. At most 80 characters. */
  readonly username?: string | undefined;
  /** Picture of who posts. Default: the webhook's. */
  readonly avatarUrl?: string | undefined;
  /** Thread of the webhook's channel to post into. Default: none. */
  readonly threadId?: string | undefined;
}
