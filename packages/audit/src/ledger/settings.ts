import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Duration, MeterProvider } from '@org/instrument-core';
import type { Arguments } from './arguments.ts';
import { MAX_RUN_BYTES } from './limits.ts';

/** Options of a ledger on any database. */
export interface LedgerSettings {
  /** Name of the run, told to whoever is refused. At most 512 bytes. Default: `run-` and a random UUID. */
  readonly run?: string | undefined;
  /**
   * How long others wait for a sign of life of a claimant before they may claim its input. Default `'1m'`: long for a
   * heartbeat, short for whoever waits for an input of a run that crashed.
   */
  readonly leaseDuration?: Duration | undefined;
  /** Whether leases are renewed by themselves while the process lives, three times as often as needed. Default `true`. */
  readonly heartbeat?: boolean | undefined;
  /** Attempts at an input before it is dead, those included that ended in a crash. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** Time from the first failure to the next attempt; it doubles with each. Default `'1s'`. */
  readonly retryDelay?: Duration | undefined;
  /** Longest such time. Default `'1h'`. */
  readonly maxRetryDelay?: Duration | undefined;
  /** Takes the metrics. Default: that of the process. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** Names of {@link LedgerSettings}. */
export const SETTINGS: readonly (keyof LedgerSettings)[] = [
  'run',
  'leaseDuration',
  'heartbeat',
  'maxAttempts',
  'retryDelay',
  'maxRetryDelay',
  'meterProvider',
];

/** {@link LedgerSettings} with nothing left open. */
export interface ResolvedSettings {
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  readonly leaseMillis: number;
  readonly heartbeat: boolean;
  readonly maxAttempts: number;
  readonly retryDelayMillis: number;
  readonly maxRetryDelayMillis: number;
  readonly meterProvider: MeterProvider | undefined;
}

/** Reads the settings; problems are noted. */
export function readSettings(
  read: Arguments<LedgerSettings>,
  { meterProvider }: LedgerSettings,
): ResolvedSettings {
  const isProvider =
    meterProvider === undefined || typeof (meterProvider as Partial<MeterProvider>)?.getMeter === 'function';
  if (!isProvider) read.add('meterProvider', 'something without getMeter', 'a meter provider');
  return {
    run: read.storable('run', MAX_RUN_BYTES) ?? `run-${randomUUID()}`,
    host: hostname(),
    pid: process.pid,
    leaseMillis: read.wholeMillis('leaseDuration', 1) ?? 60_000,
    heartbeat: read.oneOf('heartbeat', undefined, [true, false]) ?? true,
    maxAttempts: read.count('maxAttempts', 1) ?? 5,
    retryDelayMillis: read.wholeMillis('retryDelay') ?? 1_000,
    maxRetryDelayMillis: read.wholeMillis('maxRetryDelay') ?? 3_600_000,
    meterProvider: isProvider ? meterProvider : undefined,
  };
}
