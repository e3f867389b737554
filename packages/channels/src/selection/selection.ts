import { reportFault } from '@org/instrument-core';
import { type Notification, SEVERITIES } from '../notification.ts';
import type { ChannelSettings } from '../settings.ts';
import { compilePatterns } from './pattern.ts';

/** What a channel wants to have. */
export interface Selection {
  /** Whether the channel wants events of that name at all. Cheap, and asked before a notification is made. */
  hears(event: string): boolean;
  /** Whether the channel wants this one, of those it {@link hears}. */
  takes(notification: Notification): boolean;
}

/**
 * What channels of logs, files and webhooks have by default: everything save what comes with each call, each step or each
 * look, and what channels say of themselves, which would make more of the same.
 */
export const FOR_LOGS: Pick<ChannelSettings, 'events'> = {
  events: [
    '*',
    '!performance.*',
    '!execution.progress',
    '!execution.chunk.completed',
    '!health.check.completed',
    // A component that got worse says so in `health.status.changed`, too.
    '!health.component.degraded',
    '!channel.*',
  ],
};

/** What channels for people have by default: what tells of trouble, once each, and of its end. */
export const FOR_PEOPLE: Pick<ChannelSettings, 'events' | 'minSeverity'> = {
  events: [...(FOR_LOGS.events as readonly string[]), '!health.recovery.attempted'],
  minSeverity: 'warning',
};

/** Compiles what a channel wants to have; its settings must have been checked. */
export function compileSelection(settings: ChannelSettings | undefined): Selection {
  const events = settings?.events ?? FOR_LOGS.events ?? [];
  const matches = compilePatterns(typeof events === 'string' ? [events] : events);
  const least = SEVERITIES.indexOf(settings?.minSeverity ?? 'info');
  const filter = settings?.filter;
  return {
    hears: matches,
    takes: (notification) => {
      if (!matches(notification.event)) return false;
      // The end of a condition has the severity that the condition had at its worst, and so needs no exception.
      if (SEVERITIES.indexOf(notification.severity) < least) return false;
      return filter === undefined || isKept(filter, notification);
    },
  };
}

function isKept(filter: (notification: Notification) => boolean, notification: Notification): boolean {
  try {
    return filter(notification) !== false;
  } catch (error) {
    reportFault('channels', 'a filter', error);
    return true;
  }
}
