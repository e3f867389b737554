import type { Severity } from '../notification.ts';

const WORDS: Readonly<Record<string, Severity>> = {
  info: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  debug: 'info',
  trace: 'info',
  verbose: 'info',
  low: 'info',
  none: 'info',
  ok: 'info',
  warning: 'warning',
  warn: 'warning',
  minor: 'warning',
  medium: 'warning',
  ticket: 'warning',
  error: 'error',
  err: 'error',
  major: 'error',
  high: 'error',
  critical: 'critical',
  crit: 'critical',
  fatal: 'critical',
  page: 'critical',
  emergency: 'critical',
  emerg: 'critical',
  panic: 'critical',
  alert: 'critical',
  disaster: 'critical',
};

/** A severity in the words of loggers, of Alertmanager's labels and of syslog; `undefined` for any other. */
export function severityOfWord(word: string | undefined): Severity | undefined {
  const key = word?.trim().toLowerCase() ?? '';
  return Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
}
