import type { LinkOptions } from '../message/links.ts';
import type { ChannelSettings } from '../settings.ts';

/** What is said of either way to post. */
interface SlackCommonOptions extends ChannelSettings, LinkOptions {
  /** Default `slack`. */
  readonly name?: string | undefined;
}

/** Posts by an incoming webhook, which is bound to one conversation. */
export interface SlackWebhookOptions extends SlackCommonOptions {
  /** Address of the webhook: `https://hooks.slack.com/services/…`. It is a secret. */
  readonly url: string | URL;
  /** Threads need an app: `token` and `channel`. */
  readonly threads?: false | undefined;
}

/** Posts by `chat.postMessage`, as an app with the scope `chat:write`. */
export interface SlackApiOptions extends SlackCommonOptions {
  /** Token of the app: `xoxb-…`. */
  readonly token: string;
  /** Conversation to post to: an id (`C0123456789`), or a name. */
  readonly channel: string;
  /**
   * What comes after the first notification of a key goes into its thread, and the end of it to the conversation too. Kept
   * in memory, of the 1,000 latest keys. Default `false`.
   */
  readonly threads?: boolean | undefined;
  /** Default `https://slack.com/api`. */
  readonly apiUrl?: string | URL | undefined;
}

/** Options of {@link slack}. */
export type SlackOptions = SlackWebhookOptions | SlackApiOptions;
