export type { Channel, DeliveryContext, Rejection } from './channel.ts';
export type { ChannelStatus, Channels, ChannelsOptions, DeadLetter } from './channels.ts';
export { DeliveryError, type DeliveryErrorOptions } from './delivery-error.ts';
export type { Json, Notification, NotificationSource, Phase, Severity } from './notification.ts';
export type {
  ChannelSettings,
  CircuitBreakerSettings,
  QueueSettings,
  RateLimit,
  RetrySettings,
  Template,
} from './settings.ts';
