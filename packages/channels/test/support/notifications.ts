import type { Notification } from '../../src/notification.ts';

let made = 0;

/** A notification, with an id of its own. */
export function notification(parts: Partial<Notification> = {}): Notification {
  return {
    id: `n-${++made}`,
    event: 'health.status.changed',
    timestampMillis: Date.UTC(2024, 1, 29, 12, 34, 56, 789),
    severity: 'error',
    phase: 'triggered',
    key: 'health/database',
    title: 'database is unhealthy',
    text: 'It was healthy.',
    source: {
      service: 'checkout',
      version: '1.2.3',
      environment: 'production',
      host: 'web-1',
      instance: 'a1',
    },
    payload: { check: 'database', to: 'unhealthy' },
    ...parts,
  };
}

/** A signal that nobody aborts. */
export const CALM: { readonly signal: AbortSignal; readonly attempt: number } = {
  signal: new AbortController().signal,
  attempt: 1,
};
