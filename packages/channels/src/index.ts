export type { Channel, DeliveryContext, Rejection } from './channel.ts';
export type { ChannelStatus, Channels, ChannelsOptions, DeadLetter } from './channels.ts';
export { type ConsoleOptions, consoleChannel } from './console/console-channel.ts';
export { createChannels } from './create-channels.ts';
export { DeliveryError, type DeliveryErrorOptions } from './delivery-error.ts';
export { discord } from './discord/discord.ts';
export type { DiscordOptions } from './discord/options.ts';
export { type ElasticOptions, elastic } from './elastic/elastic.ts';
export { type EmailOptions, email } from './email/email-channel.ts';
export type {
  ChannelCircuitChangedEvent,
  ChannelDeliveryFailedEvent,
  ChannelEventMap,
  ChannelNotificationDeadEvent,
} from './events.ts';
export { type FileOptions, fileChannel } from './file/file-channel.ts';
export type { Json, Notification, NotificationSource, Phase, Severity } from './notification.ts';
export type { PagerDutyImage, PagerDutyLink, PagerDutyOptions } from './pagerduty/options.ts';
export { pagerDuty } from './pagerduty/pager-duty.ts';
export type {
  ChannelSettings,
  CircuitBreakerSettings,
  QueueSettings,
  RateLimit,
  RetrySettings,
  Template,
} from './settings.ts';
export type { SlackApiOptions, SlackOptions, SlackWebhookOptions } from './slack/options.ts';
export { slack } from './slack/slack.ts';
export { type SplunkOptions, splunk } from './splunk/splunk.ts';
export type { TeamsOptions } from './teams/options.ts';
export { teams } from './teams/teams.ts';
export type { WebhookOptions } from './webhook/options.ts';
export { WEBHOOK_VERSION, type WebhookBody, webhook } from './webhook/webhook.ts';
