import type { Notification } from '../notification.ts';

/**
 * A notification for one recipient of a channel that has several, since the others have it. It is one of its own, with an id and a
 * key: it outlives the process, and holds up nothing but what comes after it for the same recipient.
 */
export interface ForOne extends Notification {
  readonly forOne: {
    readonly recipient: string;
    /** Id and key of what the others have. */
    readonly id: string;
    readonly key: string;
  };
}

/** The notification for a recipient that lacks it. */
export function forOne(notification: Notification, recipient: string): ForOne {
  const { id, key } = notification;
  return {
    ...notification,
    id: `${id}/${recipient}`,
    key: `${key} (${recipient})`,
    forOne: { recipient, id, key },
  };
}

/** Whom alone a notification is for; `undefined`: for all. */
export function recipientOf(notification: Notification): string | undefined {
  return onlyOf(notification)?.recipient;
}

/** The notification as the others have it. */
export function asForAll(notification: Notification): Notification {
  const only = onlyOf(notification);
  if (only === undefined) return notification;
  const { forOne: _, ...rest } = notification as ForOne;
  return { ...rest, id: only.id, key: only.key };
}

/** Read with care: it comes from the disk. */
function onlyOf(notification: Notification): ForOne['forOne'] | undefined {
  const { recipient, id, key } = (notification as Partial<ForOne>).forOne ?? {};
  if (typeof recipient !== 'string' || typeof id !== 'string' || typeof key !== 'string') return undefined;
  return { recipient, id, key };
}
