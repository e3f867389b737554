import type { Notification } from '../notification.ts';
import { oneLine } from '../text.ts';

/** What is said of a notification beside its title and text, by what it is. */
export function circumstancesOf(notification: Notification): (readonly [what: string, value: string])[] {
  const { timestampMillis, severity, phase, key, source, event, traceId, spanId, id } = notification;
  const { service, version, environment, host, instance } = source;
  const facts: [string, string | undefined][] = [
    ['Time', new Date(timestampMillis).toISOString()],
    ['Severity', phase === 'occurred' ? severity : `${severity}, ${phase}`],
    ['About', key],
    ['Service', [service, version].filter(isSaid).join(' ')],
    ['Environment', environment],
    ['Host', host],
    ['Instance', instance],
    ['Event', event],
    ['Trace', traceId === undefined ? undefined : [traceId, spanId].filter(isSaid).join(' / ')],
    ['Id', id],
  ];
  return facts.flatMap(([what, value]) => (isSaid(value) ? [[what, oneLine(value)] as const] : []));
}

function isSaid(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
