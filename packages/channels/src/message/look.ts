import type { Notification, Severity } from '../notification.ts';

/** How bad it is to the eye; what is over is `good`. */
export type Tone = Severity | 'good';

/** What a notification looks like. */
export function toneOf({ phase, severity }: Notification): Tone {
  return phase === 'resolved' ? 'good' : severity;
}

/** Red, green and blue of a tone, as a number. Told apart by those who see no red or green too, as the icons are. */
export const COLOURS: Readonly<Record<Tone, number>> = {
  critical: 0xb3_1d_28,
  error: 0xe3_4c_26,
  warning: 0xf2_c0_37,
  info: 0x3b_82_f6,
  good: 0x2e_a0_43,
};

const ICONS: Readonly<Record<Tone, string>> = {
  critical: '🚨',
  error: '🔴',
  warning: '⚠️',
  info: 'ℹ️',
  good: '✅',
};

/** A picture of a tone, for where there are no colours. */
export function iconOf(notification: Notification): string {
  return notification.phase === 'acknowledged' ? '👀' : ICONS[toneOf(notification)];
}

/** What a notification says of a condition, and how bad it is: `error, resolved`. */
export function statusOf({ severity, phase }: Notification): string {
  return phase === 'occurred' ? severity : `${severity}, ${phase}`;
}

/** Years of four digits, which RFC 3339 has: what is beyond is a broken clock. */
const MAX_MILLIS = Date.UTC(9_999, 11, 31, 23, 59, 59, 999);

/** When it happened, as RFC 3339 has it. */
export function timeOf({ timestampMillis }: Notification): string {
  const isTime = timestampMillis >= 0 && timestampMillis <= MAX_MILLIS;
  return new Date(isTime ? timestampMillis : 0).toISOString();
}
