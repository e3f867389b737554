import type { AuditOptions } from '@org/instrument-audit';
import type { Channel, ChannelsOptions } from '@org/instrument-channels';
import type { Duration, Recorder } from '@org/instrument-core';
import type { ReadinessGuard } from '@org/instrument-health';
import type { HealthHttpOptions } from '@org/instrument-health/http';
import type { OtelOptions } from '@org/instrument-otel';
import type { StatsdOptions } from '@org/instrument-statsd';
import type { SystemOptions } from '@org/instrument-system';

/**
 * How instrumented functions record: `direct` onto the meters, `events` onto the meters and the event bus too,
 * `disabled` not at all, or through a recorder of your own.
 */
export type Mode = 'direct' | 'events' | 'disabled' | Recorder;

/** Health endpoints, and checks in the background. */
export interface HealthInitOptions extends HealthHttpOptions {
  /** Address of a server of its own for the endpoints. Default: that of `/metrics`, which they share. */
  readonly host?: string | undefined;
  /** Port of a server of its own; 0 takes a free one. Default: they share that of `/metrics`. */
  readonly port?: number | undefined;
  /**
   * How long the process goes on serving after readiness has been turned off, when it is asked to end: as long as load
   * balancers take to notice. Comes before the shutdown timeout. Default 0.
   */
  readonly drainDelay?: Duration | undefined;
  /** Decides whether checks that all instances share may take this one out. In code only. Default: they may not. */
  readonly guard?: ReadinessGuard | undefined;
}

/** The journal of the process, and the spans of what it puts on record. */
export interface AuditInitOptions extends Omit<AuditOptions, 'tracer' | 'meterProvider' | 'events'> {
  /** Sends a span `audit.<action>` for each operation, always sampled, wherever traces are sent. Default `true`. */
  readonly spans?: boolean | undefined;
}

/** Export to StatsD. */
export interface StatsdInitOptions extends StatsdOptions {
  /** Time between two pushes. Default `metrics.interval`, and 10 s where that is not said: what StatsD servers expect. */
  readonly interval?: Duration | undefined;
}

/** Kinds of channels that a configuration file can name: each has the options of the factory of that name. */
export type ChannelType =
  | 'console'
  | 'file'
  | 'webhook'
  | 'slack'
  | 'teams'
  | 'discord'
  | 'pagerDuty'
  | 'email'
  | 'elastic'
  | 'splunk';

/** Channels, and how what is on its way to them is kept. */
export interface ChannelsInitOptions extends Pick<ChannelsOptions, 'directory' | 'closeTimeout'> {
  /** Where events go. In a configuration file each is an object with a `type`. */
  readonly to: readonly Channel[];
}

/** Options of `init()`. The same keys stand in a configuration file. */
export interface InitOptions extends OtelOptions {
  /** How instrumented functions record. Default `direct`, the cheapest. */
  mode?: Mode | undefined;
  /** Milliseconds between two pushes of metrics: another way to write `metrics.interval`. */
  metricExportIntervalMillis?: number | undefined;
  /**
   * `true` serves `/health`, `/livez`, `/readyz` and `/startupz` beside `/metrics`, and runs the checks registered with
   * `health` in the background. Default `false`.
   */
  health?: boolean | HealthInitOptions | undefined;
  /**
   * Puts what is recorded with `audit` and `@audited` into a journal in `directory`, which proves that nobody touched it.
   * Default `false`: nothing is kept.
   */
  audit?: false | AuditInitOptions | undefined;
  /**
   * `true` shows what the machine, the container, the process and the runtime are doing; an object says which of it.
   * Default `false`.
   */
  system?: boolean | SystemOptions | undefined;
  /** `true` sends the metrics to a StatsD server, in the dialect of Datadog, to `127.0.0.1:8125`. Default `false`. */
  statsd?: boolean | StatsdInitOptions | undefined;
  /**
   * Where events go: `[slack({ url }), pagerDuty({ routingKey })]`, or an object that also says in which directory they wait, so
   * that a restart loses none. Default `false`: nowhere.
   */
  channels?: false | readonly Channel[] | ChannelsInitOptions | undefined;
}
