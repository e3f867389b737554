import type { Channel } from '../channel.ts';

/**
 * What a receiver can do to a delivery: `refuse` connections; `hang`, taking the notification and never answering;
 * `throttle`, asking to wait {@link RETRY_AFTER_SECONDS}; `fail`, for a reason that goes by; `reject`, for one that does
 * not; answer `rubbish`; `break` off in the middle of an answer; `redirect` to another place.
 */
export type Behaviour = 'refuse' | 'hang' | 'throttle' | 'fail' | 'reject' | 'rubbish' | 'break' | 'redirect';

/** What a receiver that throttles asks for. */
export const RETRY_AFTER_SECONDS = 7;

/** Where the channel under test delivers to: a real server, file or stream. */
export interface Receiver {
  /** How it treats what comes from now on. It accepts when it is opened. */
  behave(behaviour: Behaviour | 'accept'): void | Promise<void>;
  /**
   * What has arrived since it was opened, while it accepted: one text for each notification that it can tell from the
   * others, in order, with the title, the text and the id in it as they were sent (escapes of the format undone).
   */
  received(): readonly string[] | Promise<readonly string[]>;
  /**
   * What is wrong with what arrived, by the format's own rules: broken, too long, somebody is called out. Empty when nothing
   * is.
   */
  problems(): readonly string[] | Promise<readonly string[]>;
  /** How many requests came to the place that it redirects to; there must be none. */
  strayed?(): number;
  close(): void | Promise<void>;
}

/**
 * What the suite is told of the channel under test. One that posts JSON, with its receiver:
 *
 * ```ts
 * const harness: ConformanceHarness<HttpReceiver> = {
 *   open: () => openHttpReceiver({
 *     read: ({ body }) => ({ notifications: [body.toString()], problems: problemsOf(JSON.parse(body.toString())) }),
 *   }),
 *   channel: ({ url }) => myChannel({ url, token: 'a-token-of-tests' }),
 *   behaviours: { refuse: true, hang: true, throttle: 'it has no limits', … },
 *   sendsIds: true,
 *   secrets: ['a-token-of-tests'],
 * };
 * ```
 */
export interface ConformanceHarness<R extends Receiver = Receiver> {
  /** Opens a receiver. Called once for each case. */
  open(): R | Promise<R>;
  /** Makes a channel that delivers to it. */
  channel(receiver: R): Channel;
  /** What such a receiver can do: `true`, or why it cannot. The cases of what it cannot do are left out. */
  readonly behaviours: Readonly<Record<Behaviour, true | string>>;
  /** Whether the id of a notification is in what the receiver gets: `true`, or why it is not. */
  readonly sendsIds: true | string;
  /** What nobody may see: passwords, tokens, the path of a webhook. Empty when it has none. */
  readonly secrets: readonly string[];
}

/** One thing that a channel must do. To be run with any test runner: `test(name, run)`. */
export interface ConformanceCase {
  readonly name: string;
  /** Rejects when the channel does not do it. */
  run(): Promise<void>;
}

/** A case that does not apply, and why. */
export interface CaseLeftOut {
  readonly name: string;
  readonly reason: string;
}
