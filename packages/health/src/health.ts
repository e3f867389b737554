import type { BusEvent, Duration, EventBus, EventIteration, MeterProvider } from '@org/instrument-core';
import type { CheckFunction, CheckOptions, ProbeName } from './check.ts';
import type { HealthWatchMap } from './events.ts';
import type { SystemHealth } from './report.ts';

/** Asked when nothing but shared checks keeps this instance from being ready: `true` keeps it ready all the same. */
export type ReadinessGuard = (failing: readonly string[]) => boolean;

/** Settings of {@link Health} that `configure` may change. */
export interface HealthSettings {
  /**
   * Decides about checks registered with `shared: true`. Default: they never take an instance out, for what all depend
   * on would take out all at once, and leave nobody to answer.
   */
  readonly guard?: ReadinessGuard | undefined;
}

/** What of the health is asked for. */
export interface HealthQuery {
  /** Only the checks of this probe or group, and whether it passes. Default all checks. */
  readonly probe?: ProbeName | undefined;
  /** Only this check. */
  readonly check?: string | undefined;
  /** Leaves these checks out, and what they say out of the status. Default none. */
  readonly exclude?: readonly string[] | undefined;
}

/** Options of `check()`. */
export interface CheckRunOptions extends HealthQuery {
  /** Runs what is asked for whether it is due or not; a run that is under way is joined. Default `false`. */
  readonly fresh?: boolean | undefined;
}

/** Options of `watch()`. */
export interface WatchOptions {
  /** Time between two reports of the whole state. Default 30 s. */
  readonly interval?: Duration | undefined;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Events that wait for a slow consumer; beyond, the oldest are shed and counted. Default 1,000. */
  readonly capacity?: number;
}

/** One definition for `registerAll`. */
export interface CheckDefinition extends CheckOptions {
  readonly name: string;
  readonly check: CheckFunction;
}

/**
 * The checks of a system, what they found, and what follows from it. Mistakes of the programmer throw
 * {@link InstrumentError} `INSTRUMENT_INVALID_ARGUMENT`; nothing that a check does ever throws here.
 */
export interface Health {
  /**
   * Registers a check. Returns the function that takes it out again.
   *
   * @throws {InstrumentError} listing all problems: a name that is taken, a cycle of dependencies (spelled out),
   * durations and thresholds that cannot be.
   */
  register(name: string, check: CheckFunction, options?: CheckOptions): () => void;
  /** Registers several, all or none: they may depend on each other in any order, and an unknown dependency throws. */
  registerAll(checks: readonly CheckDefinition[]): () => void;
  /** Takes a check out, aborts its run. Whether there was one. Of one that was not healthy it is told, save while draining. */
  unregister(name: string): boolean;
  /** Names that are registered, in order. */
  names(): string[];
  /** Probes and groups that exist: the three of Kubernetes, and those that checks name. */
  probes(): string[];
  /** Changes settings. */
  configure(settings: HealthSettings): void;
  /**
   * Runs what is due of the checks asked for, all at once, and tells what all stand at; each check runs once however
   * many ask. Takes no longer than the longest timeout.
   *
   * @throws {InstrumentError} for an unknown probe, check or exclusion, with those that are known.
   */
  check(options?: CheckRunOptions): Promise<SystemHealth>;
  /** What is known, at once: nothing is run. @throws {InstrumentError} as `check`. */
  report(query?: HealthQuery): SystemHealth;
  /** Streams events, and a report at the beginning and each interval. Checks run in the background meanwhile. */
  watch(options?: WatchOptions): EventIteration<BusEvent<HealthWatchMap>>;
  /**
   * Runs checks in the background, from now on; `init({ health: true })` does it. Nothing keeps the process alive.
   *
   * @throws {InstrumentError} when a check depends on one that is not registered; checks run all the same.
   */
  start(): void;
  /**
   * Ends what `start` began. Runs under way are aborted. Gauges tell nothing of it any more, save during a `watch`, until it is started
   * or another check is registered.
   */
  stop(): void;
  /** Readiness fails from now on, whatever the checks say: the first step of a graceful shutdown. */
  drain(reason?: string): void;
  /** Readiness follows the checks again. */
  resume(): void;
  /** Whether the instance is shutting down: `drain` was called, and `resume` not since. */
  readonly draining: boolean;
  /** Rises with every change of what a report would say, ages and durations aside. */
  readonly version: number;
}

/** Options of {@link createHealth}. */
export interface HealthOptions extends HealthSettings {
  /** Where metrics go. Default the process' meter provider. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Where events go. Default the bus of the process. */
  readonly events?: EventBus | undefined;
}
