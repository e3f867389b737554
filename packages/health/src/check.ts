import type { Duration } from '@org/instrument-core';
import type { ResultStatus } from './status.ts';

/** What is checked: a part that is depended on, the machine underneath, or whether the business gets what it needs. */
export type CheckKind = 'component' | 'system' | 'business';

/** What a check function is given. */
export interface CheckContext {
  /** Name it is registered under. */
  readonly name: string;
  /** Aborted when the timeout is over, or the check is unregistered: pass it on to `fetch`, queries, sockets. */
  readonly signal: AbortSignal;
}

/** A result with what there is to say about it. */
export interface CheckResult {
  readonly status: ResultStatus;
  /** One sentence for whoever reads it at 3 a.m.: what is wrong, with figures and units. */
  readonly reason?: string | undefined;
  /** Figures; shown to authorised readers only. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * What a check may return. Nothing, `true` and `'healthy'` are ok; `false` is unhealthy. Whatever is thrown, and
 * whatever else is returned, is unhealthy with that as the reason.
 */
export type CheckOutcome = undefined | boolean | ResultStatus | CheckResult;

/** A check: returns, resolves or throws. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a check too
export type CheckFunction = (context: CheckContext) => CheckOutcome | void | Promise<CheckOutcome | void>;

/** The probes that Kubernetes knows. Any other name is a group of the user's. */
export type ProbeName = 'liveness' | 'readiness' | 'startup' | (string & {});

/** An action that may bring a component back. */
export interface RecoveryOptions {
  /** Called when the component has become unhealthy, and again until it is not. Throwing is a failed attempt. */
  readonly action: (context: CheckContext) => unknown;
  /** Wait before the first attempt, doubled after each, with 20 % of jitter. Default 1 s. */
  readonly initialDelay?: Duration | undefined;
  /** Longest wait between two attempts. Default 5 min. */
  readonly maxDelay?: Duration | undefined;
  /** Longest time for one attempt; one that goes on is abandoned. Default 30 s. */
  readonly timeout?: Duration | undefined;
  /** Attempts until it is given up; a recovery of the component starts the count anew. Default no limit. */
  readonly maxAttempts?: number | undefined;
}

/** Options of `register`. */
export interface CheckOptions {
  /** Default `component`. */
  readonly kind?: CheckKind | undefined;
  /**
   * Whether the system is as bad as this check says. What is not critical makes it `degraded` at worst. Default `true`,
   * for `business` checks `false`: a target that is missed is no reason to take an instance out.
   */
  readonly critical?: boolean | undefined;
  /** Names of the checks that this one cannot be healthy without; they may be registered later. Default none. */
  readonly dependsOn?: readonly string[] | undefined;
  /** Longest time for a run. A function that goes on is abandoned, and counted. Default 5 s. */
  readonly timeout?: Duration | undefined;
  /** Time between two runs in the background, varied by 10 %, so that instances do not check in step. Default 30 s. */
  readonly interval?: Duration | undefined;
  /** The same while it is not healthy, so that its return is seen soon. Default 5 s, at most `interval`. */
  readonly downInterval?: Duration | undefined;
  /** How long a result answers callers of `check()`. 0 runs the check for each. Default 30 s. */
  readonly cacheTtl?: Duration | undefined;
  /** Failures in a row until the status gets worse. The first result ever counts at once. Default 3. */
  readonly failureThreshold?: number | undefined;
  /** Successes in a row until the status gets better. Default 2. */
  readonly successThreshold?: number | undefined;
  /** Probes and groups that ask for it. Default `['readiness']`: a restart does not mend what others have broken. */
  readonly probes?: readonly ProbeName[] | undefined;
  /** All instances depend on it alike: the readiness guard decides whether it may take this one out. Default `false`. */
  readonly shared?: boolean | undefined;
  /** What to try when it is unhealthy. A function alone has the default delays. Default nothing. */
  readonly recover?: RecoveryOptions['action'] | RecoveryOptions | undefined;
}
