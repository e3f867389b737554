import type { EventBus } from '@org/instrument-core';
import { createNotificationReader } from '../../src/notification/reader.ts';
import type { Notification } from '../../src/notification.ts';

/** What one event reads as, to a reader that has seen nothing before. */
export function say(event: string, payload: unknown): Notification {
  return createNotificationReader({ service: 'checkout' })(event, payload, 'id-1');
}

/** What all events of a bus read as. */
export function follow(bus: EventBus): Notification[] {
  const read = createNotificationReader({ service: 'checkout' });
  const all: Notification[] = [];
  bus.on('*', (payload: unknown, name: string) => {
    all.push(read(name, payload, `id-${all.length}`));
  });
  return all;
}

/** What a notification says. */
export function essence({ event, severity, phase, key, title, text }: Notification): Partial<Notification> {
  return { event, severity, phase, key, title, text };
}
