import type { Notification } from '../../src/notification.ts';

const PHASES = ['occurred', 'triggered', 'acknowledged', 'resolved'];
const SEVERITIES = ['info', 'warning', 'error', 'critical'];
const TEXTS = ['id', 'event', 'key', 'title', 'text'] as const;

/** Reads a body as a strict receiver does, and tells what is wrong with it by the public format. */
export function bodyProblems(body: Uint8Array): {
  readonly notifications: readonly Notification[];
  readonly problems: readonly string[];
} {
  // Throws where it is not UTF-8.
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  const { version, notifications, ...rest } = JSON.parse(text);
  const problems: string[] = [];
  const expect = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  // Half a pair would be an escape.
  expect(!/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(text), 'a surrogate is escaped');
  expect(version === 1, 'version');
  expect(Object.keys(rest).length === 0, `keys that the format does not have: ${Object.keys(rest)}`);
  expect(Array.isArray(notifications) && notifications.length > 0, 'no notifications');
  for (const one of notifications) {
    for (const key of TEXTS) expect(typeof one[key] === 'string', `${key} is no text`);
    expect(Number.isFinite(one.timestampMillis), 'timestampMillis');
    expect(PHASES.includes(one.phase), 'phase');
    expect(SEVERITIES.includes(one.severity), 'severity');
    expect(typeof one.source === 'object' && typeof one.payload === 'object', 'source, payload');
  }
  return { notifications, problems };
}
