import type { LinkOptions } from '../message/links.ts';
import type { ChannelSettings } from '../settings.ts';

/** Options of {@link teams}. */
export interface TeamsOptions extends ChannelSettings, LinkOptions {
  /** Default `teams`. */
  readonly name?: string | undefined;
  /**
   * Address of a flow that begins with "When a Teams webhook request is received" and posts the card
   * (`https://….logic.azure.com/workflows/…`, `https://….api.powerplatform.com/…`). It is a secret.
   */
  readonly url: string | URL;
}
