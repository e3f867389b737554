import type { DiagLogger } from '@opentelemetry/api';
import { counted, ownText, visibleText } from '@org/instrument-core';
import { messageOf } from './message-of.ts';

/** A message may be written so many times in a window; the rest is counted and said when the window ends. */
const MAX_PER_WINDOW = 5;
const WINDOW_MILLIS = 60_000;
/** Lines of any kind in a window: messages that name what a client of the application has chosen are all different. */
const MAX_LINES_PER_WINDOW = 1_000;
/** Messages told apart; beyond, the oldest window ends early. */
const MAX_MESSAGES = 200;
/** Characters of a message by which it is told from others. */
const MAX_KEY_LENGTH = 160;

interface Window {
  count: number;
  readonly endsAtMillis: number;
}

/**
 * A logger that writes each message at most five times a minute, and says how many it left out with the first message
 * of any kind after that minute. Messages are the same when their leading texts are the same but for the numbers. All of them
 * together are at most a thousand lines a minute, and each is one line.
 */
export function createRateLimitedLogger(
  writeLine: (line: string) => void,
  now: () => number = Date.now,
): DiagLogger {
  const windows = new Map<string, Window>();
  let all: Window = { count: 0, endsAtMillis: Number.NEGATIVE_INFINITY };
  const write = (line: string): void => {
    if (now() >= all.endsAtMillis) {
      const unsaid = all.count - MAX_LINES_PER_WINDOW;
      all = { count: 0, endsAtMillis: now() + WINDOW_MILLIS };
      if (unsaid > 0) write(`warn: left out ${counted(unsaid, 'other line')} within a minute`);
    }
    all.count++;
    if (all.count <= MAX_LINES_PER_WINDOW) writeLine(visibleText(line));
  };
  const close = (key: string, window: Window): void => {
    windows.delete(key);
    const suppressed = window.count - MAX_PER_WINDOW;
    if (suppressed > 0) write(`warn: said ${counted(suppressed, 'more time')} within a minute: ${key}`);
  };
  const closeEnded = (): void => {
    // All windows are of one length, so the oldest ends first.
    for (const [key, window] of windows) {
      if (now() < window.endsAtMillis && windows.size < MAX_MESSAGES) return;
      close(key, window);
    }
  };
  const windowOf = (key: string): Window => {
    closeEnded();
    const window = windows.get(key) ?? { count: 0, endsAtMillis: now() + WINDOW_MILLIS };
    windows.set(key, window);
    return window;
  };
  const log =
    (level: string) =>
    (message: string, ...details: unknown[]): void => {
      const window = windowOf(keyOf(message, details));
      window.count++;
      if (window.count > MAX_PER_WINDOW) return;
      // What the text says already need not be said again by the error that it is about.
      const more = details.map(messageOf).filter((detail) => !message.includes(detail));
      write(`${level}: ${[messageOf(message), ...more].join(' ')}`);
    };
  return {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    verbose: log('verbose'),
  };
}

/** Loggers of the SDK's components put a namespace first, and the text second. */
function keyOf(message: unknown, [detail]: readonly unknown[]): string {
  const text = typeof detail === 'string' ? `${message} ${detail}` : String(message);
  const key = text.replace(/\d+/g, '#');
  // It is kept for a minute, and what it is cut out of with it.
  return key.length > MAX_KEY_LENGTH ? ownText(key.slice(0, MAX_KEY_LENGTH)) : key;
}
