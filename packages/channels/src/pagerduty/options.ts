import type { LinkOptions } from '../message/links.ts';
import type { Notification, Severity } from '../notification.ts';
import type { ChannelSettings } from '../settings.ts';

/** A link of an alert. */
export interface PagerDutyLink {
  readonly href: string;
  readonly text?: string;
}

/** A picture of an alert, served by HTTPS. */
export interface PagerDutyImage {
  readonly src: string;
  readonly href?: string;
  readonly alt?: string;
}

/** Options of {@link pagerDuty}. */
export interface PagerDutyOptions extends ChannelSettings, LinkOptions {
  /** Default `pagerDuty`. */
  readonly name?: string | undefined;
  /** Integration key of a service with an Events API v2 integration: 32 letters and digits. It is a secret. */
  readonly routingKey: string;
  /** Where the account is. Default `us`. */
  readonly region?: 'us' | 'eu' | undefined;
  /** Address instead of the region's, of a proxy. */
  readonly url?: string | URL | undefined;
  /**
   * From which severity on something that does not last (phase `occurred`) opens an incident, which a person has to close,
   * since nothing else will; `never`: it opens none. Default `error`. What lasts opens one from `minSeverity` on, and closes
   * it.
   */
  readonly occurred?: Severity | 'never' | undefined;
  /**
   * What tells incidents apart: notifications with the same text are one. Longer than 255 characters, it is shortened and
   * given its hash. Default: service, environment and key, so that services can share an integration and the instances of
   * one service share an incident.
   */
  readonly dedupKey?: ((notification: Notification) => string) | undefined;
  /** Shown as where the alert comes from. Default: the service. */
  readonly client?: string | undefined;
  /** Where `client` leads to. */
  readonly clientUrl?: string | undefined;
  /** Links beside those of the trace and of the annotations. Default none. */
  readonly links?: ((notification: Notification) => readonly PagerDutyLink[]) | undefined;
  /** Default none. */
  readonly images?: ((notification: Notification) => readonly PagerDutyImage[]) | undefined;
}
