import type { Notification } from '../notification.ts';

/** Notifications of which a part of the recipients is remembered; beyond, the oldest is forgotten, and sent to all again. */
const MAX_REMEMBERED = 1_000;

interface Part {
  readonly recipients: Set<string>;
  isTaken: boolean;
}

/**
 * Remembers which recipients need a notification no more, while others do: a server takes a mail for one, and asks to try
 * later for the other.
 */
export class Settled {
  readonly #parts = new Map<string, Part>();

  /** Notifications by the recipients that still lack them, in order. */
  groups(
    batch: readonly Notification[],
    recipients: readonly string[],
  ): readonly { readonly recipients: readonly string[]; readonly notifications: readonly Notification[] }[] {
    const groups = new Map<string, { recipients: readonly string[]; notifications: Notification[] }>();
    for (const notification of batch) {
      const part = this.#parts.get(notification.id);
      const lacking = recipients.filter((one) => part?.recipients.has(one) !== true);
      const name = lacking.join('\n');
      const group = groups.get(name) ?? { recipients: lacking, notifications: [] };
      group.notifications.push(notification);
      groups.set(name, group);
    }
    return [...groups.values()];
  }

  /** Some recipients have them, or will never. */
  add(batch: readonly Notification[], recipients: readonly string[], isTaken: boolean): void {
    for (const { id } of batch) {
      const part = this.#parts.get(id) ?? { recipients: new Set<string>(), isTaken: false };
      for (const recipient of recipients) part.recipients.add(recipient);
      part.isTaken ||= isTaken;
      this.#parts.set(id, part);
    }
    for (const id of this.#parts.keys()) {
      if (this.#parts.size <= MAX_REMEMBERED) break;
      this.#parts.delete(id);
    }
  }

  /** Whether any recipient has it. */
  isTaken(id: string): boolean {
    return this.#parts.get(id)?.isTaken === true;
  }

  /** They are done with. */
  forget(batch: readonly Notification[]): void {
    for (const { id } of batch) this.#parts.delete(id);
  }
}
