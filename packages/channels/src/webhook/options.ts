import type { Notification } from '../notification.ts';
import type { ChannelSettings } from '../settings.ts';

/** Options of {@link webhook}. Of the ways to prove who it is, one can be used; a signature goes with each. */
export interface WebhookOptions extends ChannelSettings {
  /** Default `webhook`. */
  readonly name?: string | undefined;
  /** `http:` or `https:`. A user and password in it are sent as `Authorization: Basic`. Only its origin is ever shown. */
  readonly url: string | URL;
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT' | undefined;
  /** Sent with each request, `x-api-key` for one. Their values are never shown. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as `Authorization: Bearer`. Default none. */
  readonly bearer?: string | undefined;
  /** Sent as `Authorization: Basic`. Default none. */
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  /**
   * Signs requests as Standard Webhooks say: `whsec_` and base64 of 24 to 64 bytes. Several while receivers change from one
   * to the next: each makes a signature. Default: not signed.
   */
  readonly secret?: string | readonly string[] | undefined;
  /**
   * Signs with `sha256=` and a hexadecimal HMAC of the body in this header instead, as GitHub does in `X-Hub-Signature-256`.
   * The secret is one, and any text. Default: as Standard Webhooks say.
   */
  readonly signatureHeader?: string | undefined;
  /**
   * Makes a body of the user's own: text as it is, anything else as JSON. One that throws makes a dead letter. Default: the
   * public format. With `batchSize: 1` there is one notification in each.
   */
  readonly format?: ((notifications: readonly Notification[]) => unknown) | undefined;
  /** Compresses bodies with gzip. What is signed is the body before that, as servers give it to those who verify. Default `false`. */
  readonly compress?: boolean | undefined;
}
